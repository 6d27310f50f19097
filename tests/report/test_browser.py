"""The pack in Debian's Chromium: no request, no error, nothing wider than the page, hostile text harmless."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pack_sample import sample

from sopkit.report.pack.build import printed_pages, shown_page

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


READABLE = 8  # pixels that a label of a chart is high, at least


@pytest.fixture(scope="module")
def pack_file(tmp_path_factory: pytest.TempPathFactory, full_page: str) -> Path:
    path = tmp_path_factory.mktemp("pack") / "executive.html"
    path.write_text(shown_page(sample("full"), full_page))
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 400])
def test_it_opens_quietly(browser: object, pack_file: Path, scheme: str, width: int) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[attr-defined]
    page = context.new_page()
    requests: list[str] = []
    told: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto(pack_file.as_uri())
    page.evaluate("document.fonts.ready")
    assert [url for url in requests if not url.startswith("data:")] == [pack_file.as_uri()]
    assert told == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (
        page.evaluate(
            "[...document.querySelectorAll('.months td, .decision td')].filter(cell => cell.scrollWidth > cell.clientWidth).length"
        )
        == 0
    )
    smallest = "Math.min(...[...document.querySelectorAll('figure svg text')].map(text => text.getBoundingClientRect().height))"
    assert page.evaluate(smallest) >= READABLE, "labels of a chart are too small to read"
    assert page.evaluate("[...document.fonts].filter(face => face.status === 'loaded').length") >= 2
    context.close()


def test_the_policy_stops_a_script_that_got_in(browser: object, tmp_path: Path, pack_file: Path) -> None:
    page = browser.new_page()  # type: ignore[attr-defined]
    broken = tmp_path / "broken.html"
    broken.write_text(pack_file.read_text().replace("</main>", "<script>document.body.dataset.pwned = 1</script></main>"))
    page.goto(broken.as_uri())
    assert page.evaluate("document.body.dataset.pwned") is None
    page.close()


@pytest.fixture
def page(browser: object, pack_file: Path) -> Iterator[Any]:
    opened = browser.new_page(viewport={"width": 1280, "height": 900})  # type: ignore[attr-defined]
    opened.goto(pack_file.as_uri())
    yield opened
    opened.close()


def test_columns_sort_and_a_sum_stays_last(page: Any) -> None:
    table = page.locator("#demand table").first
    header = table.locator("thead th").filter(has_text="net sales")
    numbers = "rows => rows.map(row => Number(row.lastElementChild.querySelector('data').value))"
    header.locator("button").click()
    assert header.get_attribute("aria-sort") == "descending"
    *shown, whole = table.locator("tbody tr").evaluate_all(numbers)
    assert shown == sorted(shown, reverse=True)
    assert whole == pytest.approx(sum(shown))
    header.locator("button").click()
    assert table.locator("tbody tr").evaluate_all(numbers) == [*sorted(shown), whole]


def test_a_figure_tells_where_it_comes_from(page: Any) -> None:
    number = page.locator("#money tbody data").first
    number.click()
    panel = page.locator("#trace")
    assert panel.is_visible()
    assert "plan_statement." in panel.inner_text() and number.get_attribute("value") in panel.inner_text()
    page.keyboard.press("Escape")
    assert not panel.is_visible()


def test_the_keyboard_reaches_every_figure(page: Any) -> None:
    page.locator("#money .wide").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.tagName") == "DATA"
    page.keyboard.press("Enter")
    page.locator("#trace").wait_for(state="visible", timeout=10_000)  # what is packed is opened first


def test_another_scenario_is_chosen_without_a_request(page: Any) -> None:
    page.locator("details:has(table.switch) summary").click()
    choice, heads = page.locator("select"), page.locator("table.switch tr.groups th:visible")
    names = choice.locator("option").all_text_contents()
    assert heads.all_inner_texts() == names[:1]
    before = page.locator("table.switch tbody tr").first.inner_text()
    choice.select_option(index=len(names) - 1)
    assert heads.all_inner_texts() == names[-1:] and len(names) > 1
    assert page.locator("table.switch tbody tr").first.inner_text() != before
    shown = page.locator("table.switch tbody tr").first.locator("td:visible")
    assert shown.count() == 3  # the plan, then, change


def test_a_family_leads_to_its_sheet(page: Any) -> None:
    page.locator('#demand a[href="#family-gas-grills"]').click()
    assert page.evaluate("location.hash") == "#family-gas-grills"
    assert page.locator("#family-gas-grills details.screen").count() == 1


@pytest.mark.parametrize("kind", ["executive", "pre_sop"])
@pytest.mark.parametrize("language", ["en", "sv"])
def test_everybody_can_use_it(browser: object, tmp_path: Path, kind: str, language: str) -> None:
    """All of axe-core's rules in light; in dark, which changes colours alone and in every language alike, those of contrast."""
    from axe_playwright_python.sync_playwright import Axe

    inputs, path = sample("full", language), tmp_path / "pack.html"
    path.write_text(shown_page(inputs, printed_pages(inputs, kind)[1]))
    rules = {"light": {}, "dark": {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}}
    for scheme in ("light", "dark") if language == "en" else ("light",):
        context = browser.new_context(color_scheme=scheme, bypass_csp=True)  # type: ignore[attr-defined]
        page = context.new_page()
        page.goto(path.as_uri())
        page.locator("tbody data").first.click()  # with the panel of a figure's source open
        found = Axe().run(page, options={"resultTypes": ["violations"], **rules[scheme]}).response
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
        assert found["passes"]
        context.close()
