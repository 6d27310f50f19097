"""The executed notebooks as HTML, for analysts: through nbconvert and our own templates, in the packs' look; they ask nothing of a network.

Whatever a cell printed is cleaned down to a short list of tags, charts become images, and the page forbids scripts:
nothing that came with the data can run.
"""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from sopkit.report.language import language_of
from sopkit.report.narrative import Writer
from sopkit.report.notebooks import CODE, IN_PACKS, anchor_of, heading_in, kind_of, sections_made_under
from sopkit.report.pack import KINDS
from sopkit.report.suite import TEMPLATES
from sopkit.report.templates import rendered
from sopkit.run.cycle import RunFolder
from sopkit.run.files import write_atomically
from sopkit.run.watch import without_unasked_imports
from sopkit.steps import Step

if TYPE_CHECKING:
    from nbformat import NotebookNode

KEPT_TAGS = frozenset(
    ("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li")
    + ("strong", "em", "b", "i", "sub", "sup", "code", "pre", "blockquote", "div", "span", "br", "hr")
)
SILENT_TAGS = frozenset(("script", "style", "template", "iframe", "object", "noscript", "svg", "math"))  # with all they hold
KEPT_ATTRIBUTES = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}}
PREFERRED = (  # of what a cell offers for one output, the first that it has
    *("application/javascript", "text/html", "text/markdown", "image/svg+xml", "text/latex", "image/png", "image/jpeg", "text/plain"),
)


def write_appendix(run: RunFolder, steps: Sequence[Step], title: str, language: str = "en") -> list[Path]:
    """Write `pack/notebooks/<step>.html` for each executed notebook of a run, linked with the sections of its packs; returns the files."""
    with without_unasked_imports():
        from nbformat.v4 import reads_json

    folder, written = run.path / "pack", []
    exporter = exporter_of(language, {kind: (folder / f"{kind}.html").read_text() for kind in KINDS if (folder / f"{kind}.html").is_file()})
    for step in steps:
        notebook = cleaned(reads_json(run.notebook(step).read_text(encoding="utf-8")))  # not checked: the runner wrote it
        body, _ = exporter.from_notebook_node(notebook, {"step": step.name})
        path = folder / "notebooks" / f"{Path(step.notebook).stem}.html"
        write_atomically(path, page(step, steps, title, body, language).encode())
        written.append(path)
    return written


def cleaned(notebook: "NotebookNode") -> "NotebookNode":
    """A notebook without what a run stamps on it: times, paths, widget state, papermill's marks, cell ids."""
    for name in ("papermill", "widgets"):
        notebook.metadata.pop(name, None)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell.metadata = type(cell.metadata)({"tags": cell.metadata.get("tags", [])})
    return notebook


def allowed(html: str) -> str:
    """HTML with only the tags and attributes that a table or a text needs; everything else is gone or escaped."""
    import nh3

    return nh3.clean(html, tags=set(KEPT_TAGS), clean_content_tags=set(SILENT_TAGS), attributes=KEPT_ATTRIBUTES)


def page(step: Step, steps: Sequence[Step], title: str, body: str, language: str = "en") -> str:
    """The page around a converted notebook, in the packs' look; it runs nothing and asks for nothing."""
    links = [(f"{Path(other.notebook).stem}.html", f"{other.number} {other.name}", other is step) for other in steps]
    content = {"title": title, "current": f"{step.number} {step.name}", "steps": links, "body": Markup(body)}
    return rendered("notebook.html.j2", Writer(language_of(language), ""), **content)


def sections_of(packs: Mapping[str, str], language: str) -> dict[str, list[tuple[str, str]]]:
    """By kind of section, where the packs have it: address as seen from a notebook's page, and what it is called; of a kind the first."""
    text, found = language_of(language).text, dict[str, list[tuple[str, str]]]()
    for kind, html in packs.items():
        seen = set[str]()
        for section, chapter in re.findall(
            r'<section id="([^"]+)" class="page[^"]*">\s*<p class="chapter">(.*?)<span class="mark"', html, flags=re.S
        ):
            if (name := kind_of(section)) not in seen:
                seen.add(name)
                label = f"{text(KINDS[kind].title)}: {unescape(re.sub(r'<[^>]*>', '', chapter)).strip()}"
                found.setdefault(name, []).append((f"../{kind}.html#{section}", label))
    return found


def exporter_of(language: str = "en", packs: Mapping[str, str] | None = None) -> Any:
    """Nbconvert's exporter on its `basic` template, with our cells: code folded, charts as images, headings linked with the packs.

    One serves all notebooks: each names its step in its resources. The HTML exporter of nbconvert would parse each page again for its
    own pages' marks, which ours do not have.
    """
    from jinja2 import DictLoader
    from nbconvert.exporters.templateexporter import TemplateExporter
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
    from traitlets.config import Config

    sections, text = sections_of(packs or {}, language), language_of(language).text

    def markdown(source: str) -> str:
        return str(MarkdownWithMath(IPythonRenderer(escape=False, exclude_anchor_links=True)).render(source))

    def in_packs(source: str, step: str) -> str:
        names = sections_made_under(step, heading_in(source)) if step else []
        links = [link for name in names for link in sections.get(name, [])]
        told = " ".join(f'<a href="{escape(address)}">{escape(label)}</a>' for address, label in links)
        return f'<p class="in-packs">{escape(text(IN_PACKS))} {told}</p>' if links else ""

    return TemplateExporter(
        config=Config({"NbConvertBase": {"display_data_priority": list(PREFERRED)}, "Exporter": {"optimistic_validation": True}}),
        template_name="basic",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        extra_loaders=[DictLoader({"sopkit.html.j2": (TEMPLATES / "notebook_cells.html.j2").read_text()})],
        template_file="sopkit.html.j2",
        filters={
            "allowed": allowed,
            "anchor": lambda source: f' id="{anchor_of(heading_in(source))}"' if heading_in(source) else "",
            "base64": lambda text: b64encode(text.encode()).decode(),
            "highlight_code": escape,
            "in_packs": in_packs,
            "markdown2html": markdown,
            "folded": lambda _: text(CODE),
        },
    )
