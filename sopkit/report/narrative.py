"""How a pack writes: the one place where a number, a month or a text cell becomes text with its source.

Sentences are gettext messages with named places (`{gap}`), filled by cells: no figure is ever typed.
"""

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from sopkit.report.cells import Cell, Code, Day, Month, Number, Scale, Words
from sopkit.report.language import EN_DASH, NBSP, Language

SCALED = ("money", "units")
PERCENTS = {"share": 1, "ratio": 0, "points": 1}
DECIMALS = {"number": 2, "turns": 1, "days": 0, "hours": 0, "people": 0, "count": 0}


def N_(message: str) -> str:
    """Mark a message for translation that is translated where it is printed."""
    return message


PER = {"unit": N_("unit"), "hour": N_("hour"), "component": N_("component"), "person": N_("person")}
POINTS = N_("pp")  # percentage points
PREFIXES = {"k": N_("thousand"), "M": N_("million")}
UNITS = {
    "units": N_("units"),
    "turns": N_("turns"),
    "days": N_("days"),
    "hours": N_("h"),
    "people": N_("people"),
    "components": N_("components"),
}


@dataclass(frozen=True)
class Writer:
    """Writes cells and sentences in a language, money in a currency."""

    language: Language
    currency: str

    def say(self, message: str, **cells: Cell) -> Markup:
        """A sentence in the pack's language, its places filled with cells: numbers with their unit, money at one scale."""
        together = _at_one_scale(cells)
        told = {name: self.markup(cell.long() if isinstance(cell, Number) else cell) for name, cell in together.items()}
        return Markup(html.escape(self.language.text(message), quote=False)).format(**told)

    def counted(self, one: str, many: str, count: Number, **cells: Cell) -> Markup:
        """A sentence that begins with how many there are: `one` where there is a single one, else `many`."""
        return self.say(one if count.value == 1 else many, count=count, **cells)

    def text(self, message: str) -> str:
        """A label in the pack's language."""
        return self.language.text(message)

    def markup(self, cell: Cell) -> Markup:
        """A cell as HTML: its text, and in attributes its raw value and its source."""
        if isinstance(cell, Number):
            return self._number(cell)
        if isinstance(cell, Words):
            return Markup(f'<span class="t" data-src="{escape(cell.source)}">{escape(cell.text)}</span>')
        if isinstance(cell, Month):
            return Markup(f'<time datetime="{escape(cell.period)}">{escape(self.language.month(cell.period, cell.form))}</time>')
        if isinstance(cell, Day):
            return Markup(f'<time datetime="{cell.day.isoformat()}">{escape(self.language.day(cell.day, cell.form))}</time>')
        if isinstance(cell, Code):
            return Markup(f'<code class="id">{escape(cell.code)}</code>')
        if isinstance(cell, str):
            return Markup(cell) if isinstance(cell, Markup) else Markup(html.escape(cell, quote=False))
        raise TypeError(f"a {type(cell).__name__} cannot be printed: only cells with a source can ({cell!r})")

    def _number(self, number: Number) -> Markup:
        if number.value is None:
            why = escape(self.retold(number.reason) or self.text("not available"))
            return Markup(f'<span class="na" title="{why}" data-src="{escape(number.source)}">{EN_DASH}</span>')
        written = self.written(number)
        judged = bool(number.verdict) and any(digit in written for digit in "123456789")  # what rounds to zero is neither
        kind = f' class="{number.verdict}"' if judged else ""
        return Markup(f'<data{kind} value="{number.value!r}" data-src="{escape(number.source)}">{escape(written)}</data>')

    def retold(self, sentence: str | None) -> str:
        """A sentence that was made where a figure or a finding was, in this language where its form is known."""
        if not sentence or self.language.code == "en":
            return sentence or ""
        from sopkit.report.told import retold  # needs `N_`

        return retold(sentence, self.text)

    def sentence(self, cell: Cell) -> Cell:
        """A text of a table that is such a sentence, in this language."""
        return replace(cell, text=self.retold(cell.text)) if isinstance(cell, Words) else cell

    def written(self, number: Number) -> str:
        """The digits of a number, scaled and with its unit where it asks for that."""
        if number.value is None:
            return EN_DASH
        if number.unit in PERCENTS:
            decimals = 0 if number.value == 0 else PERCENTS[number.unit] if number.decimals is None else number.decimals
            if number.unit == "points":
                return f"{self.language.decimal(100 * number.value, decimals, signed=number.signed)}{NBSP}{self.text(POINTS)}"
            return self.language.percent(number.value, decimals, signed=number.signed)
        scale = number.scale or (alone(number) if number.unit in SCALED else Scale(decimals=_decimals(number)))
        decimals = scale.decimals if number.decimals is None else number.decimals
        decimals = 0 if number.value == 0 else decimals
        digits = self.language.decimal(number.value / scale.divisor, decimals, signed=number.signed)
        return f"{digits}{NBSP}{self.unit(number.unit, scale)}" if number.with_unit and number.unit != "count" else digits

    def unit(self, unit: str, scale: Scale | None = None) -> str:
        """A unit as it is printed: `MSEK`, `thousand units`, `h`."""
        scale = scale or Scale()
        if unit == "money":
            return f"{scale.prefix}{self.currency}"
        if unit.startswith("money per "):
            return f"{self.currency}/{self.text(PER.get(unit.removeprefix('money per '), unit.removeprefix('money per ')))}"
        if unit in PERCENTS:
            return self.text(POINTS) if unit == "points" else "%"
        name = self.text(UNITS.get(unit, unit))
        return f"{self.text(PREFIXES[scale.prefix])} {name}" if scale.prefix else name


def _decimals(number: Number) -> int:
    if number.unit in DECIMALS:
        return DECIMALS[number.unit]
    size = abs(number.value or 0)
    return 0 if size >= 100 else 1 if size >= 10 else 2


def scale_of(numbers: Iterable[Number]) -> Scale:
    """One scale for numbers of one unit that stand together: the largest is shown with three or four digits."""
    sizes = [(abs(number.value), number.unit) for number in numbers if number.value is not None]
    largest, unit = max(sizes, default=(0.0, ""))
    if largest >= (999_950 if unit == "money" else 9_999_500):
        return Scale(1e6, "M", 0 if largest >= 1e9 else 1 if largest >= 9_999_500 else 2)
    if largest >= (9_999.5 if unit == "money" else 99_999.5):
        return Scale(1e3, "k", 1)
    return Scale()


def alone(number: Number) -> Scale:
    """The scale of a number in a sentence: three significant digits, four from a hundred millions on."""
    scale, size = scale_of([number]), abs(number.value or 0.0)
    return replace(scale, decimals=0) if scale.prefix == "k" and size >= 99_950 else scale


def _at_one_scale(cells: Mapping[str, Cell]) -> Mapping[str, Cell]:
    """The cells of a sentence, its money at the scale of the largest; what would round to zero there keeps its own.

    Units are not touched: a balance of units is told to the unit.
    """
    money = {name: cell for name, cell in cells.items() if isinstance(cell, Number) and cell.unit == "money" and cell.scale is None}
    if len(money) < 2:
        return cells
    scale = alone(max(money.values(), key=lambda number: abs(number.value or 0.0)))
    seen = {name: number for name, number in money.items() if round(abs(number.value or 0.0) / scale.divisor, scale.decimals)}
    return {**cells, **{name: scaled(number, scale) for name, number in seen.items()}}


def scaled(number: Number, scale: Scale) -> Number:
    """The number at the scale of what it stands with."""
    return replace(number, scale=scale)
