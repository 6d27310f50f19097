"""Proposals for unknown files: right on files that are known, and never sure where they are wrong."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sopkit.data.contracts import INPUTS
from sopkit.data.contracts.column import code, day, number
from sopkit.data.findings import FindingLog
from sopkit.data.parsing import Grammar
from sopkit.data.sources.detection import Detected, detected_grammar, detected_layouts
from sopkit.data.sources.fit import MEANS, FileColumn, _header_evidence, fit_of, words_of
from sopkit.data.sources.header_words import ENGLISH
from sopkit.data.sources.opened import OpenedFiles
from sopkit.data.sources.proposal import SURE, Proposal, proposals
from sopkit.data.sources.raw import RawTable, cells_of
from sopkit.report.input_templates import header_of
from sopkit.run import places
from sopkit.run.params import load_params
from sopkit.run.sample import write_sample

ROOT = Path(__file__).resolve().parents[2]
DEMO = load_params(ROOT / "params" / "demo.yaml").sources


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_sample(folder, as_of="2026-03", size="small")
    return folder


def looked_at(folder: Path, table: str) -> tuple[RawTable, Detected]:
    """A file of the demo as if nothing were known of it, its name included."""
    source, log = DEMO[table], FindingLog()
    layouts = detected_layouts(min(folder.glob(str(source.file))), log)
    layout = next(found for found in layouts if found.dialect.sheet == source.sheet)
    raw = OpenedFiles(folder, log).table(layout.dialect)
    return replace(raw, origin="some.csv"), layout


def best_of(raw: RawTable, layout: Detected) -> Proposal:
    return proposals(raw, detected_grammar(raw, layout))[0]


def named(raw: RawTable, table: str, headers: dict[str, str]) -> RawTable:
    """The same table under other headers; `headers` by contract column."""
    contract = INPUTS[table]
    known = {name.casefold(): column.name for column in contract.columns for name in (column.name, *column.aliases)}
    return replace(raw, header=tuple(headers[known[header.casefold()]] for header in raw.header))


@pytest.mark.parametrize("language", ["as it is", "en", "sv"])
@pytest.mark.parametrize("table", DEMO)
def test_a_demo_file_is_known_by_its_headers(demo: Path, table: str, language: str):
    raw, layout = looked_at(demo, table)
    if language != "as it is":
        raw = named(raw, table, {column.name: header_of(column, language) for column in INPUTS[table].columns})
    found = best_of(raw, layout)
    assert found.table == table
    assert found.confidence >= SURE
    assert (found.missing, found.unused) == ((), ())
    for fit in found.fits:
        assert fit.confidence >= SURE
        assert fit.header.casefold() in [name.casefold() for name in (fit.column.name, *fit.column.aliases)]


@pytest.mark.parametrize("table", ["items", "sales_history", "inventory", "purchase_receipts", "budget"])
def test_headers_that_say_nothing_leave_nothing_sure(demo: Path, table: str):
    raw, layout = looked_at(demo, table)
    found = best_of(replace(raw, header=tuple(f"col{place}" for place in range(len(raw.header)))), layout)
    assert found.confidence < SURE
    assert [fit.header for fit in found.fits if fit.confidence >= SURE] == []


@pytest.mark.parametrize("table", ["sales_history", "orders", "prices"])
def test_headers_that_are_swapped_are_not_believed_against_the_values(demo: Path, table: str):
    raw, layout = looked_at(demo, table)
    dated = next(column.name for column in INPUTS[table].columns if column.kind == "day")
    swapped = {column.name: column.name for column in INPUTS[table].columns} | {"item": dated, dated: "item"}
    found = best_of(named(raw, table, swapped), layout)
    assert [fit.column.name for fit in found.fits if fit.column.name == dated and fit.confidence >= SURE] == []


def column_of(header: str, values: list[object]) -> FileColumn:
    return FileColumn(header, cells_of(values), Grammar(",", " "))


@pytest.mark.parametrize(
    ("header", "values", "column", "confidence"),
    [
        ("item", ["A1", "B2", "A1"], code("item", ""), 0.91),  # 1 - .1 x .9
        ("Item", ["A1", "B2"], code("item", ""), 0.91),
        ("x", ["2026-01-02", "2026-01-03"], day("day", ""), 0.35),  # content alone
        ("day", ["2026-01-02", "nothing"], day("day", ""), 0.47),  # half of the values: .5 x (1 - .1 x .65)
        ("day", ["some", "words"], day("day", ""), 0.0),
        ("Line quantity", ["1,5", "2"], number("quantity", "", "units"), 0.60),  # 1 - .5 x .8
        ("quantity of line", ["1,5", "2"], number("quantity", "", "units"), 0.44),  # 1 - .7 x .8
        ("quantitys", ["1,5", "2"], number("quantity", "", "units"), 0.65),  # r = 16/17: 1 - (1 - .6 r) x .8
        ("quantity", ["-1,5", "-2"], number("quantity", "", "units", least=0), 0.0),
        ("item", ["1,5", "2,25"], code("item", ""), 0.0),  # fractions are no codes
    ],
)
def test_the_rule_by_hand(header: str, values: list[object], column, confidence: float):
    assert fit_of(column_of(header, values), column, INPUTS["sales_history"], {}).confidence == pytest.approx(confidence, abs=0.006)


OTHER_LANGUAGES = {  # by table the headers that an export in another language has, and what they are
    "sales_history": [
        "Rechnungsdatum date · Artikel-Nr. item · Vertriebsgebiet region · Vertriebskanal channel · Kundennummer customer"
        " · Menge quantity · Nettoumsatz revenue · Wareneinsatz cost",
        "Date de facture date · Référence item · Région region · Canal de vente channel · N° de client customer"
        " · Quantité facturée quantity · Chiffre d'affaires net revenue · Coût cost",
        "Fecha factura date · Código artículo item · Zona region · Canal channel · Cliente customer · Cantidad quantity"
        " · Importe neto revenue",
        "Factuurdatum date · Artikelnummer item · Regio region · Verkoopkanaal channel · Klantnummer customer · Aantal quantity"
        " · Omzet revenue",
        "Data fattura date · Codice articolo item · Zona region · Canale channel · Codice cliente customer · Quantità quantity",
        "Fakturadato date · Varenr item · Region region · Salgskanal channel · Kundenr customer · Mængde quantity · Omsætning revenue",
    ],
    "orders": [
        "Auftragsnummer order · Auftragsposition line · Materialnummer item · Auftragsdatum order_date · Wunschlieferdatum requested_date"
        " · Bestellmenge quantity · Gelieferte Menge shipped_quantity · Stornierte Menge cancelled_quantity",
        "Numero de commande order · Ligne line · Article item · Date de commande order_date · Date souhaitee requested_date"
        " · Quantité commandée quantity · Quantite livree shipped_quantity",
    ],
    "inventory": ["Artikelnr item · Monat period · Lagerbestand quantity", "Produit item · Mois period · Stock quantity"],
    "prices": ["Gueltig ab valid_from · Verkaufspreis net_price", "Valable du valid_from · Prix unitaire net_price"],
    "suppliers": [
        "Lieferantennummer supplier · Lieferantenname supplier_name · Lieferzeit Tage lead_time_days",
        "Nom fournisseur supplier_name",
    ],
    "exchange_rates": ["Währung currency · Periode period · Wechselkurs rate", "Devise currency · Mois period · Taux de change rate"],
}
NOT_SAID = ["Lieferdatum", "Bemerkung", "Werk 2", "Kundenzufriedenheit", "Remarque interne", "Wert", "Kontaktperson", "Ort"]


def meant(table: str, header: str) -> dict[str, float]:
    """The columns that a header means in a table, with the strength of that."""
    columns = INPUTS[table].columns
    found = {column.name: _header_evidence(header, (column.name, *column.aliases)) for column in columns}
    return {name: evidence[0] for name, evidence in found.items() if evidence and evidence[0] >= MEANS}


@pytest.mark.parametrize(("table", "told"), [(table, told) for table, those in OTHER_LANGUAGES.items() for told in those])
def test_headers_of_other_languages_are_known_by_their_words(table: str, told: str):
    for pair in told.split(" · "):
        header, _, column = pair.rpartition(" ")
        assert list(meant(table, header)) == [column], header


@pytest.mark.parametrize("header", NOT_SAID)
def test_a_header_that_only_looks_like_one_means_nothing_for_sure(header: str):
    assert meant("orders", header) == {}


def test_a_german_export_is_proposed_column_by_column(demo: Path):
    """Its confidence is below that of the contract's own headers: 1 - .2 x .9 for a code, where those have 1 - .1 x .9."""
    raw, layout = looked_at(demo, "sales_history")
    german = dict(pair.rpartition(" ")[::-2] for pair in OTHER_LANGUAGES["sales_history"][0].split(" · "))
    found = best_of(named(raw, "sales_history", german), layout)
    assert (found.table, found.missing, found.unused) == ("sales_history", (), ())
    assert {fit.column.name: fit.header for fit in found.sure} == {fit.column.name: german[fit.column.name] for fit in found.fits}
    assert {fit.column.name: fit.confidence for fit in found.fits}["customer"] == pytest.approx(0.82)


def test_words_of_headers_stand_in_the_contracts():
    """Each English word that others are put into is a word of some column or alias, or numbers or describes one."""
    known = {
        word for table in INPUTS.values() for column in table.columns for name in (column.name, *column.aliases) for word in words_of(name)
    }
    assert sorted(word for word in ENGLISH if word not in known) == []


def test_known_codes_speak_for_a_column_and_unknown_ones_against_it():
    column, known = code("item", ""), {"item": frozenset({"A1", "B2", "C3"})}
    contract = INPUTS["sales_history"]
    here = fit_of(column_of("what", ["A1", "B2"]), column, contract, known)
    strange = fit_of(column_of("item", ["X1", "X2"]), column, contract, known)
    assert here.confidence == pytest.approx(1 - 0.9 * 0.2, abs=0.006)
    assert strange.confidence == pytest.approx(0.91 / 2, abs=0.006)
    assert "0% of its values are known as item" in strange.reasons


def test_a_key_that_repeats_is_doubted():
    contract = INPUTS["items"]
    once = fit_of(column_of("item", ["A1", "B2"]), contract.columns[0], contract, {})
    twice = fit_of(column_of("item", ["A1", "A1"]), contract.columns[0], contract, {})
    assert (once.confidence, twice.confidence) == (0.92, 0.46)


TRUTH = {  # real files: the table, and what a sure proposal may say of a header; a header that is not named must not be sure
    "crm_pipeline/sales_pipeline.csv": (
        "opportunities",
        {"opportunity_id": "opportunity", "engage_date": "opened_date", "close_date": "close_date", "deal_stage": "stage"},
    ),
    "crm_pipeline/products.csv": ("items", {"product": "item", "series": "family"}),
    "crm_pipeline/accounts.csv": ("customers", {"account": "customer"}),
    "stallion_beverages/stallion_monthly.csv.gz": ("sales_history", {"date": "date", "sku": "item", "volume": "quantity"}),
    "supplygraph_fmcg/daily_flows.csv.gz": ("sales_history", {"date": "date", "product": "item"}),
    "supplygraph_fmcg/monthly_flows.csv": ("inventory", {"month": "period", "product": "item"}),
    "supplygraph_fmcg/products.csv": ("items", {"product": "item", "group": "family"}),
    "scms_deliveries/scms_delivery_history.csv.gz": (
        "purchase_receipts",
        {"Vendor": "supplier", "Line Item Quantity": "quantity", "ID": "receipt"},
    ),
    "adventure_works/products.csv": ("items", {"product_number": "item", "name": "item_name"}),
    "adventure_works/price_history.csv": ("prices", {"start_date": "valid_from", "list_price": "net_price"}),
    "adventure_works/cost_history.csv": ("unit_costs", {"start_date": "valid_from", "standard_cost": "unit_cost"}),
    "adventure_works/vendors.csv": ("suppliers", {"vendor_id": "supplier", "name": "supplier_name"}),
    "adventure_works/purchase_orders.csv.gz": (
        "purchase_receipts",
        {"order_date": "order_date", "due_date": "promised_date", "order_qty": "quantity", "vendor_id": "supplier"},
    ),
    "adventure_works/sales_orders.csv.gz": (
        "orders",
        {
            "order_number": "order", "line": "line", "channel": "channel", "order_date": "order_date", "due_date": "requested_date",
            "ship_date": "ship_date", "quantity": "quantity", "unit_price": "net_price",
        },
    ),
    "adventure_works/work_orders.csv.gz": ("production_history", {"start_date": "start_date", "end_date": "finish_date"}),
    "adventure_works/bill_of_materials.csv": ("bill_of_materials", {"component_product_id": "component"}),
    "adventure_works/finance.csv.gz": ("ledger_actuals", {"amount": "amount"}),
}  # fmt: skip


@pytest.mark.parametrize("file", TRUTH)
def test_a_real_file_has_no_wrong_column_that_is_sure(file: str):
    path = places.data_root() / file
    if not path.exists():
        pytest.skip(f"{path} is not here: set SOPKIT_DATA")
    log = FindingLog()
    layout = detected_layouts(path, log)[0]
    raw = OpenedFiles(path.parent, log).table(layout.dialect)
    assert log.stopping == []
    detected, (table, truth) = detected_grammar(raw, layout), TRUTH[file]
    for found in (proposals(raw, detected)[0], proposals(raw, detected, [table])[0]):
        assert {fit.header: fit.column.name for fit in found.sure if truth.get(fit.header) != fit.column.name} == {}
        assert found.table == table or not found.sure


def test_known_codes_find_a_column_whose_header_says_little():
    path = places.data_root() / "crm_pipeline" / "sales_pipeline.csv"
    if not path.exists():
        pytest.skip(f"{path} is not here: set SOPKIT_DATA")
    log = FindingLog()
    layout = detected_layouts(path, log)[0]
    raw = OpenedFiles(path.parent, log).table(layout.dialect)
    known = {"item": frozenset({"GTX Basic", "GTX Pro", "MG Special", "MG Advanced", "GTX Plus Pro", "GTX Plus Basic", "GTK 500"})}
    found = proposals(raw, detected_grammar(raw, layout), ["opportunities"], known=known)[0]
    (item,) = [fit for fit in found.fits if fit.column.name == "item"]
    assert item.header == "product"
    assert item.confidence == pytest.approx(1 - 0.7 * 0.9 * (1 - 0.8 * 6 / 7), abs=0.006)  # GTXPro is not known


def test_sampled_values_are_the_first_distinct_ones():
    values = [f"v{place}" for place in range(1000)] * 2
    assert len(column_of("x", values).sample) == 300
    assert np.array_equal(column_of("x", ["a", "", None, "a", "b"]).sample, ["a", "b"])
