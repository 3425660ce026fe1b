// Loops compiled three times: for any processor, for one with AVX2 and for one with AVX-512, chosen
// at run time.
//
// Sanitizers do not get along with GCC's function clones: plain loops there. What a clone calls
// must be inlined into it to be compiled so.
#pragma once

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define BRINK_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#define BRINK_CLONED __attribute__((always_inline)) inline
#else
#define BRINK_CLONES
#define BRINK_CLONED inline
#endif
