"""How far work is: a progress bar if tqdm is there, and the caller's own callback."""

import sys
import warnings
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """What a `callback` is called with; it may return False to stop, and get what is known by then."""

    row: int  #: which of the rows, units or neurons asked about
    finished: bool  #: it has its answer
    distance: float | None  #: of the best input found so far
    bound: float  #: proven so far
    nodes: int  #: of the search; -1: not told
    open: int  #: nodes left
    seconds: float  #: since the work on this row began


def _in_notebook():
    shell = sys.modules.get("IPython")
    shell = shell.get_ipython() if shell else None
    return shell is not None and shell.__class__.__name__ == "ZMQInteractiveShell"


class Listener:
    """Called with news by the library, from the thread that asked."""

    def __init__(self, what, total, callback=None, progress=None):
        self._callback = callback
        self._bar = None
        if progress is None:
            progress = total > 1 and (sys.stderr.isatty() or _in_notebook())
        if progress:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # a notebook without ipywidgets gets a bar of text
                    from tqdm.auto import tqdm
            except ImportError:
                return
            self._bar = tqdm(total=total, desc=what, leave=False)

    def __enter__(self):
        return self if self._callback is not None or self._bar is not None else None

    def __exit__(self, *_):
        if self._bar is not None:
            self._bar.close()

    def __call__(self, news):
        go_on = True
        for item in news:
            told = Progress(*item)
            if self._bar is not None and told.finished:
                self._bar.update()
            if self._callback is not None and self._callback(told) is False:
                go_on = False
        return go_on
