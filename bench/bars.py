"""Panels of horizontal bars, as SVG: all that the pictures of docs/benchmarks.md need."""
import math
import xml.sax.saxutils

WIDTH, LEFT, RIGHT, BAR, GAP = 760, 210, 200, 16, 6
OURS, THEIRS, OTHER = "#2a6fdb", "#c9d6ea", "#e2a23b"


class Panel:
    """A title and rows of (label, value, what stands behind the bar, colour). With `log`, a bar's
    length tells how many times the smallest value it is."""

    def __init__(self, title, rows, log=False):
        self.title = title
        self.rows = rows
        self.log = log

    def height(self):
        return 34 + len(self.rows) * (BAR + GAP)

    def scale(self):
        """From a value to a width."""
        room = WIDTH - LEFT - RIGHT
        largest = max(row[1] for row in self.rows)
        if not self.log:
            return lambda value: value * room / largest
        floor = min(row[1] for row in self.rows) / 2
        return lambda value: math.log(value / floor) * room / math.log(largest / floor)

    def draw(self, top):
        width = self.scale()
        parts = [text(10, top + 20, self.title, size=15)]
        for at, (label, value, note, colour) in enumerate(self.rows):
            y = top + 30 + at * (BAR + GAP)
            parts.append(text(10, y + BAR - 4, label))
            parts.append(
                f'<rect x="{LEFT}" y="{y}" width="{width(value):.1f}" height="{BAR}" '
                f'fill="{colour}"/>'
            )
            parts.append(text(LEFT + width(value) + 6, y + BAR - 4, note))
        return parts


def text(x, y, content, size=12):
    content = xml.sax.saxutils.escape(content)
    return f'<text x="{x:.1f}" y="{y}" font-size="{size}">{content}</text>'


def picture(panels):
    """The panels, one below the other."""
    height = sum(panel.height() for panel in panels) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
    ]
    top = 0
    for panel in panels:
        parts += panel.draw(top)
        top += panel.height()
    return "\n".join(parts + ["</svg>\n"])
