"""Who gets what of a cycle: each audience, its file or sheet, and how much is in it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sopkit.report.delivery.redaction import VIEWS, folder_name, own_rows, readers

if TYPE_CHECKING:
    import pandas as pd

SYSTEMS = (  # what a publication writes for programs, and for who works with tables
    ("erp", "erp/", "the plan as CSV, and as frePPLe's tables, each read back"),
    ("analysts", "analysts/", "every table of the run as Parquet, facts, findings"),
)
AUDIENCES = (  # role, artefact, what is in it, the table it shows; an empty name is a document
    ("managing_director", "pack/executive.pdf", "decisions, money, demand, supply, family sheets", ""),
    ("management_team", "pack/executive.html", "the same, with every figure's source", ""),
    ("head_of_sales", "plan.xlsx, Demand", "unconstrained demand by item, region and channel", "consensus_demand"),
    ("order_desk", "plan.xlsx, Demand", "what is shipped on time, late or lost", "demand_fulfilment"),
    ("head_of_operations", "plan.xlsx, Plan by item", "production, stock and backlog by item and month", "supply_plan"),
    ("head_of_operations", "plan.xlsx, Loads", "hours asked for and given by resource and month", "resource_load"),
    ("head_of_hr", "plan.xlsx, People", "people, hiring and lay-off by skill group and month", "workforce_plan"),
    ("head_of_purchasing", "plan.xlsx, Suppliers", "components by supplier and month, against what is agreed", "supplier_load"),
    ("head_of_finance", "plan.xlsx, Money", "statement of the plan by line, family and month", "plan_statement"),
)


def distribution(tables: Mapping[str, "pd.DataFrame"]) -> "pd.DataFrame":
    """Who gets what, inside and outside the company; a sheet without rows goes to nobody.

    Args: tables by name. Returns Distribution: audience, artefact, content, rows (0 for a document).
    """
    import pandas as pd

    outside = [
        {
            "audience": f"{view.own} {reader}", "artefact": f"{view.kind}/{folder_name(reader)}/",
            "content": f"its own rows of {view.table} only: page, workbook, CSV and form for the answer",
            "rows": len(own_rows(tables, view, reader)),
        }
        for view in VIEWS
        for reader in readers(tables, view)
    ]  # fmt: skip
    systems = [{"audience": name, "artefact": artefact, "content": content, "rows": 0} for name, artefact, content in SYSTEMS]

    rows = [
        {"audience": role, "artefact": artefact, "content": content, "rows": len(tables[table]) if table else 0}
        for role, artefact, content, table in AUDIENCES
        if not table or (table in tables and len(tables[table]))
    ]
    frame = pd.DataFrame([*rows, *outside, *systems]).astype({"audience": "str", "artefact": "str", "content": "str", "rows": "int64"})
    return frame.sort_values(["audience", "artefact"], ignore_index=True)
