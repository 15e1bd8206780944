# SPDX-License-Identifier: GPL-3.0-or-later
"""Small plots as SVG, to stand in a page."""
import html
import math

COLOURS = ['#1b6ca8', '#d1495b', '#edae49', '#66a182', '#8d5a97', '#2e4057', '#a0522d', '#777777', '#00a6a6', '#c2185b']
WIDTH, HEIGHT, LEFT, TOP, BOTTOM, LEGEND = 420, 240, 60, 28, 28, 150


def _text(x, y, text, anchor='start', colour='#333'):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="11">{html.escape(text)}</text>'


def _svg(width, height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif">' +
            ''.join(parts) + '</svg>')


def lines(title, series):
    """Curves {name: [(x, y), ...]} over a logarithmic x, which is above 0."""
    series = {name: points for name, points in series.items() if points}
    xs = sorted({x for points in series.values() for x, _ in points})
    ys = [y for points in series.values() for _, y in points]
    if len(xs) < 2:
        return ''
    low, high = min(ys), max(ys)
    span = high - low or 1
    low, span = low - 0.05 * span, 1.1 * span

    def place(x, y):
        across = math.log(x / xs[0]) / math.log(xs[-1] / xs[0])
        return LEFT + across * (WIDTH - LEFT - 20), TOP + (1 - (y - low) / span) * (HEIGHT - TOP - BOTTOM)
    parts = [_text(LEFT, 16, title)]
    for i in range(5):
        value = low + span * i / 4
        y = place(xs[0], value)[1]
        parts += [f'<line x1="{LEFT}" x2="{WIDTH - 20}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e4e4e4"/>', _text(LEFT - 6, y + 4, f'{value:.3g}', 'end')]
    parts += [_text(place(x, low)[0], HEIGHT - 8, str(x), 'middle') for x in xs]
    for number, (name, points) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        places = [place(*p) for p in points]
        path = ' '.join(f'{x:.1f},{y:.1f}' for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        parts.append(_text(WIDTH, TOP + 14 * number + 10, name, colour=colour))
    return _svg(WIDTH + LEGEND, HEIGHT, parts)


def bars(title, values):
    """Horizontal bars [(name, factor)] on both sides of 1."""
    reach = max([0.05] + [abs(math.log(max(v, 1e-3))) for _, v in values])
    middle, half = 330, 200
    parts = [_text(8, 16, title)]
    for number, (name, value) in enumerate(values):
        y, length = TOP + 20 * number, math.log(max(value, 1e-3)) / reach * half
        parts += [_text(8, y + 13, name),
                  f'<rect x="{min(middle, middle + length):.1f}" y="{y}" width="{abs(length):.1f}" height="15" '
                  f'fill="{COLOURS[0] if value > 1 else COLOURS[1]}"/>',
                  _text(middle + half + 10, y + 13, f'{value:.3f}')]
    parts.append(f'<line x1="{middle}" x2="{middle}" y1="{TOP - 6}" y2="{TOP + 20 * len(values)}" stroke="#333"/>')
    return _svg(middle + half + 60, TOP + 20 * len(values) + 8, parts)
