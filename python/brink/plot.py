"""Pictures that people put in papers (matplotlib is needed).

Every function returns a matplotlib Figure: `.savefig("name.pdf")` writes it.
"""

import numpy as np

from ._picture import as_picture, change_of


def _pyplot():
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError("brink.plot draws with matplotlib: pip install matplotlib") from None
    return plt


def _show(ax, picture, title, low=0.0, high=1.0):
    if picture.ndim == 3:
        picture = np.clip((picture - low) / (high - low), 0, 1)
    ax.imshow(picture, cmap="gray", vmin=low, vmax=high, interpolation="nearest")
    ax.set_title(title, fontsize=8)
    ax.set_xticks([])
    ax.set_yticks([])


def closest(answers, size=1.4):
    """A row an answer: the original, what was found, and the change, rescaled: white unchanged, black largest.

    answers: a `Closest` or several. size: inches of a picture.
    """
    plt = _pyplot()
    answers = [answers] if hasattr(answers, "distance") and hasattr(answers, "original") else list(answers)
    pictures = [as_picture(a.original, a.input_shape) for a in answers]
    if not answers or any(p is None for p in pictures):
        return _bars(plt, answers)
    figure, axes = plt.subplots(len(answers), 3, figsize=(3 * size, 1.15 * len(answers) * size), squeeze=False)
    for row, answer, original in zip(axes, answers, pictures):
        low, high = min(0.0, float(original.min())), max(1.0, float(original.max()))
        _show(row[0], original, f"class {answer.label}", low, high)
        if answer.x is None:
            row[1].set_title(answer.status, fontsize=8)
            row[1].axis("off")
            row[2].axis("off")
            continue
        _show(row[1], as_picture(answer.x, answer.input_shape), f"taken for {answer.target}", low, high)
        _show(row[2], change_of(answer.x, answer.original, answer.input_shape),
              f"{answer.norm} {answer.distance:.4g}")
    figure.tight_layout()
    return figure


def _bars(plt, answers):
    """Inputs that are no pictures: what changed, feature by feature."""
    if not answers:
        raise ValueError("there is no answer to draw")
    figure, axes = plt.subplots(len(answers), 1, figsize=(6, 1.6 * len(answers)), squeeze=False)
    for ax, answer in zip(axes[:, 0], answers):
        if answer.x is not None:
            change = np.ravel(answer.change)
            ax.bar(np.arange(len(change)), change)
            ax.set_title(f"{answer.label} -> {answer.target}, {answer.norm} {answer.distance:.4g}", fontsize=8)
        else:
            ax.set_title(answer.status, fontsize=8)
        ax.set_xlabel("input")
        ax.set_ylabel("change")
    figure.tight_layout()
    return figure


def curve(curves, ax=None, label=None):
    """Share of inputs still right after any change smaller than r, in percent; a band where a limit left it open.

    curves: a `Curve` or several. ax: axes to draw into. label: of the curve, or one a curve.
    """
    plt = _pyplot()
    curves = [curves] if hasattr(curves, "radius") else list(curves)
    labels = [label] * len(curves) if isinstance(label, str) or label is None else list(label)
    if ax is None:
        _, ax = plt.subplots(figsize=(5, 3.4))
    end = max(float(c.radius[-1]) for c in curves) * 1.02
    for one, text in zip(curves, labels):
        # The share at (r[i-1], r[i]] is that of point i.
        edges = np.concatenate([one.radius, [end]])
        surely, possibly = (100 * np.concatenate([s, s[-1:]]) for s in (one.surely, one.possibly))
        lines = ax.plot(edges, surely, drawstyle="steps-pre", label=text or one.name)
        ax.fill_between(edges, surely, possibly, step="pre", alpha=0.25, color=lines[0].get_color(), linewidth=0)
    ax.set_xlabel(f"r: {_NORMS.get(curves[0].norm, curves[0].norm)}")
    ax.set_ylabel(f"share of {len(curves[0].answers)} inputs (%)")
    ax.set_xlim(0, end)
    ax.set_ylim(0, 102)
    ax.legend(frameon=False)
    ax.figure.tight_layout()
    return ax.figure


_NORMS = {"l0": "changed inputs", "l1": "sum of changes", "l2": "Euclidean length", "linf": "largest change"}


def excitation(answers, columns=10, size=1.0):
    """The inputs that excite units most, as pictures.

    answers: an `Excitation` or several. columns: pictures in a row. size: inches of a picture.
    """
    plt = _pyplot()
    answers = [answers] if hasattr(answers, "activation") else list(answers)
    columns = min(columns, len(answers))
    rows = -(-len(answers) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(columns * size, rows * size * 1.25), squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, answer in zip(axes.flat, answers):
        picture = None if answer.x is None else as_picture(answer.x, answer.input_shape)
        if picture is None:
            continue
        ax.axis("on")
        _show(ax, picture, f"{answer.layer}:{answer.unit}", float(picture.min()), float(picture.max()) or 1.0)
    figure.tight_layout()
    return figure
