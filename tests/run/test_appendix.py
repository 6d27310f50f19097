"""The executed notebooks as HTML."""

import nbformat

from sopkit.run.appendix import allowed, cleaned, exporter_of, page
from sopkit.steps import STEPS

EVIL = "<script>document.body.dataset.pwned=1</script>"


def test_only_listed_tags_and_attributes_come_through() -> None:
    table = '<table border="1" class="x"><tr onclick="x()"><th scope="col">a &amp; b</th><td colspan="2">1 &lt; 2</td></tr></table>'
    kept = '<tr><th scope="col">a &amp; b</th><td colspan="2">1 &lt; 2</td></tr>'
    assert allowed(table) == f"<table><tbody>{kept}</tbody></table>"
    assert allowed(f"<p>a{EVIL}<style>p{{}}</style>b<br/><img src=x onerror=1></p>") == "<p>ab<br></p>"
    assert allowed('<a href="javascript:1">text</a><iframe><p>x</p></iframe>') == "text"
    assert allowed("1 < 2 & 3") == "1 &lt; 2 &amp; 3"
    assert allowed("<svg><script>1</script><text>x</text></svg>y") == "y"


def test_a_notebook_becomes_a_page_without_code_that_runs_or_marks_of_the_run() -> None:
    v4 = nbformat.v4
    outputs = [
        v4.new_output("display_data", {"text/html": f"<p>{EVIL}</p>", "text/plain": "frame"}),
        v4.new_output("display_data", {"application/javascript": "alert(1)", "text/plain": "js"}),
        v4.new_output("display_data", {"image/svg+xml": f"<svg>{EVIL}</svg>", "text/plain": 'sales "x"'}),
        v4.new_output("execute_result", {"text/markdown": f"**bold** {EVIL}"}),
        v4.new_output("stream", name="stdout", text=EVIL),
        v4.new_output("error", ename="E", evalue=EVIL, traceback=[EVIL]),
    ]
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell(f"# Title\n{EVIL}"), v4.new_code_cell(f"'{EVIL}'", outputs=outputs)])
    notebook.metadata["papermill"] = {"start_time": "2026-11-22T10:00:00"}
    notebook.cells[1].metadata["papermill"] = {"duration": 17.25}
    body, _ = exporter_of().from_notebook_node(cleaned(notebook))
    html = page(STEPS[0], STEPS, "Tiny <Ltd> 2026-03", body)
    assert "<script" not in html and "alert(1)" not in html
    assert "http:" not in html.replace("http-equiv", "") and "https:" not in html
    assert "2026-11-22" not in html and "17.25" not in html
    assert "<h1>Title</h1>" in html and "<strong>bold</strong>" in html and "<details><summary>code</summary>" in html
    assert "alt='sales \"x\"'" in html or 'alt="sales &#34;x&#34;"' in html
    assert "default-src 'none'" in html and "Tiny &lt;Ltd&gt; 2026-03: 1 data_collection" in html
