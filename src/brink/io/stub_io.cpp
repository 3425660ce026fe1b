namespace brink {}
