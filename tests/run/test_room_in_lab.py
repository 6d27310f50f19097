"""Notebook 5 in a real JupyterLab in Debian's Chromium: a slider moved, the page planned anew, what was tried kept, an answer recorded."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from command_line import CYCLES, ROOT

from sopkit.run.lab import lab_command, lab_environment, prepare_lab

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium")
TOKEN, LAST, PATIENCE = "room", CYCLES[-1], 120
RUN_THE_ROOM = """async () => {
    const app = window.jupyterapp;
    await app.restored;
    const panel = app.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    const cells = panel.content.widgets;
    panel.content.activeCellIndex = cells.findIndex(cell => cell.model.sharedModel.getSource().includes('room.show()'));
    const hidden = cells.filter(cell => cell.model.type === 'code').map(cell => cell.inputHidden);
    await app.commands.execute('notebook:run-all-above');
    await app.commands.execute('notebook:run-cell');
    return hidden;
}"""


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The suite with params of its own, where what the room keeps is written."""
    suite = tmp_path_factory.mktemp("suite")
    for name in ("notebooks", "templates", "requirements.lock"):
        (suite / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "params", suite / "params")
    return suite


@pytest.fixture(scope="module")
def lab(small_demo: Path, suite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A JupyterLab on this machine, on a reports tree of its own: its address and the tree."""
    home = tmp_path_factory.mktemp("home")
    reports = home / "reports"
    shutil.copytree(small_demo, reports, symlinks=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOPKIT_REPORTS", str(reports))
        patch.setenv("SOPKIT_ROOT", str(suite))
        folder = prepare_lab(suite / "params" / "demo.yaml", LAST)
        environment = lab_environment(suite / "params" / "demo.yaml", LAST)
    own = {name: str(home / name) for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    options = ["--no-browser", "--allow-root", f"--ServerApp.port={port}", f"--IdentityProvider.token={TOKEN}"]
    command = [*lab_command(folder), *options, "--LabApp.expose_app_in_browser=True"]
    with (home / "lab.log").open("wb") as log:
        server = subprocess.Popen(command, env={**environment, **own, "PYTHONPATH": str(ROOT)}, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api?token={TOKEN}", server, home / "lab.log")
            yield f"http://127.0.0.1:{port}", reports
        finally:
            server.terminate()
            server.wait(20)


def _wait_for(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            urlopen(address, timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"JupyterLab does not answer: {log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def room(lab: tuple[str, Path]) -> Iterator[Any]:
    """Notebook 5 opened, run up to its room; the page remembers where it asked and which cells showed their code."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(PATIENCE * 1000)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{lab[0]}/lab/tree/5_executive.ipynb?token={TOKEN}&reset")
        page.wait_for_function("window.jupyterapp && window.jupyterapp.shell.currentWidget?.context?.isReady")
        hidden = page.evaluate(RUN_THE_ROOM)
        page.locator(".widget-slider").first.wait_for()
        yield page, asked, hidden
        browser.close()


def test_it_opens_with_the_code_hidden_on_one_screen_and_asks_this_machine_only(room: Any, lab: tuple[str, Path], tmp_path: Path) -> None:
    page, asked, hidden = room
    assert hidden and all(hidden)
    box = page.locator(".widget-hbox", has=page.locator(".widget-slider")).first.bounding_box()
    assert box["height"] <= 900 and box["width"] <= 1440
    assert {url.split("/")[2] for url in asked if url.startswith("http")} == {lab[0].removeprefix("http://")}
    page.screenshot(path=tmp_path / "opened.png")


def test_a_slider_makes_the_plan_again_and_what_was_tried_is_kept_as_a_text(room: Any, suite: Path, tmp_path: Path) -> None:
    page, *_ = room
    change = "tr => [...tr].find(row => row.dataset.measure === 'net_sales')?.lastElementChild.textContent"
    rows = page.locator(".widget-html table tr")
    assert rows.evaluate_all(change) == "0"
    page.locator(".widget-slider", has_text="demand Stoves").locator(".noUi-handle").press("ArrowLeft")
    page.wait_for_function(f"({change})(document.querySelectorAll('.widget-html table tr')) !== '0'")
    assert rows.evaluate_all(change).startswith("\N{MINUS SIGN}")
    page.screenshot(path=tmp_path / "moved.png")
    page.get_by_label("keep as").fill("fewer_stoves")
    page.get_by_role("button", name="keep").click()
    page.get_by_text("kept, made in the room: fewer_stoves.yaml").wait_for()
    assert (suite / "params" / "scenarios" / "fewer_stoves.yaml").read_text().startswith("# made in the room")


def test_an_answer_is_recorded_live_and_a_wrong_one_is_told(room: Any, lab: tuple[str, Path], tmp_path: Path) -> None:
    page, reports = room[0], lab[1]
    file = reports / "demo" / "decided" / f"{LAST}.json"
    page.get_by_role("button", name="record").click()
    page.get_by_text("this cannot be decided").wait_for()
    assert not file.exists()
    page.get_by_label("D1").select_option(index=2)
    page.get_by_label("why").fill("we sell what we can make")
    page.get_by_role("button", name="record").click()
    page.get_by_text("the next revision is made by").wait_for()
    page.screenshot(path=tmp_path / "recorded.png")
    answers = json.loads(file.read_text())["answers"]
    assert [(each["decision"], each["answer"], each["reason"]) for each in answers] == [("D1", "B", "we sell what we can make")]
