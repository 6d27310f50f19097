"""The executed notebooks as HTML, for analysts: through nbconvert, in a plain page of ours that asks nothing of a network.

Whatever a cell printed is cleaned down to a short list of tags, charts become images, and the page forbids scripts:
nothing that came with the data can run.
"""

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sopkit.run.cycle import RunFolder
from sopkit.run.files import write_atomically
from sopkit.run.watch import without_unasked_imports
from sopkit.steps import Step

if TYPE_CHECKING:
    from nbformat import NotebookNode

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
KEPT_TAGS = frozenset(
    ("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li")
    + ("strong", "em", "b", "i", "sub", "sup", "code", "pre", "blockquote", "div", "span", "br", "hr")
)
SILENT_TAGS = frozenset(("script", "style", "template", "iframe", "object", "noscript", "svg", "math"))  # with all they hold
KEPT_ATTRIBUTES = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}}
PREFERRED = (  # of what a cell offers for one output, the first that it has
    *("application/javascript", "text/html", "text/markdown", "image/svg+xml", "text/latex", "image/png", "image/jpeg", "text/plain"),
)
TEMPLATE = """
{%- extends 'basic/index.html.j2' -%}
{% block input_group -%}
<details><summary>code</summary><pre>{{ cell.source | e }}</pre></details>
{%- endblock input_group %}
{% block output_group -%}
<div class="wide">{{ super() }}</div>
{%- endblock output_group %}
{% block markdowncell -%}
<div class="text">{{ cell.source | markdown2html | allowed }}</div>
{%- endblock markdowncell %}
{% block data_html -%}
{{ output.data['text/html'] | allowed }}
{%- endblock data_html %}
{% block data_markdown -%}
{{ output.data['text/markdown'] | markdown2html | allowed }}
{%- endblock data_markdown %}
{% block data_svg -%}
<img alt="{{ output.data['text/plain'] | default('chart') | e }}"
 src="data:image/svg+xml;base64,{{ output.data['image/svg+xml'] | base64 }}">
{%- endblock data_svg %}
{% block data_latex -%}<pre>{{ output.data['text/latex'] | e }}</pre>{%- endblock data_latex %}
{% block data_javascript -%}{%- endblock data_javascript %}
{% block data_widget_view -%}{%- endblock data_widget_view %}
{% block data_widget_state -%}{%- endblock data_widget_state %}
{% block rawcell -%}{%- endblock rawcell %}
"""
STYLE = """
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem; font: 16px/1.5 system-ui, sans-serif; }
nav { font-size: .9rem; margin-bottom: 1.5rem; } nav a { margin-right: 1rem; color: inherit; } nav [aria-current] { font-weight: 600; }
details { margin: .5rem 0; } summary { cursor: pointer; color: #5c5c5c; font-size: .85rem; }
pre { overflow-x: auto; padding: .6rem; margin: .4rem 0; background: #80808018; font-size: .85rem; white-space: pre-wrap; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .6rem; border-bottom: 1px solid #80808040; text-align: right; }
.wide { overflow-x: auto; } .wide img { max-width: 100%; height: auto; background: #fff; }
@media (prefers-color-scheme: dark) { summary { color: #a8a8a8; } }
@media print { details, nav { display: none; } }
"""


def write_appendix(run: RunFolder, steps: Sequence[Step], title: str) -> list[Path]:
    """Write `pack/notebooks/<step>.html` for each executed notebook of a run; returns the files."""
    with without_unasked_imports():
        import nbformat

    exporter = _exporter()
    written = []
    for step in steps:
        notebook = cleaned(nbformat.read(run.notebook(step), as_version=4))
        body, _ = exporter.from_notebook_node(notebook)
        path = run.path / "pack" / "notebooks" / f"{Path(step.notebook).stem}.html"
        write_atomically(path, page(step, steps, title, body).encode())
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


def page(step: Step, steps: Sequence[Step], title: str, body: str) -> str:
    """The page around a converted notebook."""
    links = "".join(
        f'<a href="{Path(other.notebook).stem}.html"{" aria-current=page" if other is step else ""}>{other.number} {escape(other.name)}</a>'
        for other in steps
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}: {step.number} {escape(step.name)}</title>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n<meta name="viewport" content="width=device-width">\n'
        f"<style>{STYLE}</style></head>\n<body><nav>{links}</nav>\n<main>{body}</main></body></html>\n"
    )


def _exporter() -> Any:
    """Nbconvert's exporter on its `basic` template, with our cells: code folded, charts as images.

    The HTML exporter of nbconvert would parse each page again for its own pages' marks, which ours do not have.
    """
    from jinja2 import DictLoader
    from nbconvert.exporters.templateexporter import TemplateExporter
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
    from traitlets.config import Config

    def markdown(text: str) -> str:
        return str(MarkdownWithMath(IPythonRenderer(escape=False, exclude_anchor_links=True)).render(text))

    return TemplateExporter(
        config=Config({"NbConvertBase": {"display_data_priority": list(PREFERRED)}}),
        template_name="basic",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        extra_loaders=[DictLoader({"sopkit.html.j2": TEMPLATE})],
        template_file="sopkit.html.j2",
        filters={
            "allowed": allowed,
            "base64": lambda text: b64encode(text.encode()).decode(),
            "highlight_code": escape,
            "markdown2html": markdown,
        },
    )
