"""The six steps: the data flow on one page.

State passes only through the tables named here. A step may read and write nothing else; a test compares this page with
what the notebooks do. `?` marks an input that a company may not have.
"""

from dataclasses import dataclass
from functools import cached_property

PREVIOUS = "previous:"  # a table of the cycle before
PROPOSED = "proposed:"  # a table of the plan that was decided on, in a revision that deciding made


@dataclass(frozen=True)
class Step:
    """One step: its name is its notebook, its section in the params, its folder of figures and its marker."""

    number: int
    name: str
    question: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    documents: tuple[str, ...] = ()  # files beside the tables, relative to the run folder
    renders: bool = False  # reads templates and locale: they are part of its key

    @property
    def notebook(self) -> str:
        """File name of its notebook."""
        return f"{self.number}_{self.name}.ipynb"

    @cached_property
    def needed(self) -> frozenset[str]:
        """Tables that must be there."""
        return frozenset(name for name in self.reads if not name.endswith("?") and ":" not in name)

    @cached_property
    def optional(self) -> frozenset[str]:
        """Tables of this cycle that may be absent."""
        return frozenset(name[:-1] for name in self.reads if name.endswith("?") and ":" not in name)

    @cached_property
    def previous(self) -> frozenset[str]:
        """Tables of the cycle before; each may be absent."""
        return self._of_another(PREVIOUS)

    @cached_property
    def proposed(self) -> frozenset[str]:
        """Tables of the plan that was decided on; absent until something is decided."""
        return self._of_another(PROPOSED)

    def _of_another(self, prefix: str) -> frozenset[str]:
        return frozenset(name.removeprefix(prefix).rstrip("?") for name in self.reads if name.startswith(prefix))


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Inputs that step 1 reads from the company's sources and writes as typed tables.
SOURCES = _names(
    "items sales_history orders? customers? prices? campaigns? opportunities? sales_forecast? forecast_snapshots? lifecycle? "
    "launch_references? overrides? assumptions? risks? decisions? actions? published_plan? unit_costs? inventory? open_orders? "
    "production_history? "
    "resources? resource_calendar? workforce? bill_of_resources? suppliers? supplier_items? purchase_receipts? levers? targets? "
    "budget? balance_sheet? payment_terms? exchange_rates? calendar? shipments? market_indicators? stock_adjustments? "
    "bill_of_materials? sourcing? ledger_actuals? initiatives? tasks? planning_costs? alternative_resources? stock_limits? lot_sizes? "
    "workforce_calendar? site_items? transfers? stock_rules? supplier_contracts? sales_terms?"
)

# What planning needs: steps 3 and 4 plan through the same functions on the same tables.
PLANNING = _names(
    "items consensus_demand unit_costs? inventory? open_orders? resources? resource_calendar? workforce? bill_of_resources? "
    "suppliers? supplier_items? targets? planning_costs? alternative_resources? stock_limits? lot_sizes? workforce_calendar? "
    "site_items? transfers? sourcing? bill_of_materials? stock_rules? supplier_contracts? last_production?"
)

STEPS = (
    Step(
        1,
        "data_collection",
        "What happened, and can we trust the data?",
        reads=(
            *_names(
                "previous:supply_plan? previous:consensus_demand? previous:demand_fulfilment? previous:forecast_layers? "
                "previous:received_sources?"
            ),
            *(f"{PREVIOUS}{name.rstrip('?')}?" for name in SOURCES),
        ),
        writes=(
            *(name.rstrip("?") for name in SOURCES),
            *_names(
                "demand_history coverage findings kpi_history last_plan last_production plan_score forecast_accuracy "
                "accuracy_by_region accuracy_by_owner plan_stability"
            ),
            *_names("received_sources data_trust participation first_look"),
            *_names("stock_outs item_classes working_day_effects monthly_history history_adjustments campaign_results campaign_months"),
            *_names("planning_calendar quarterly_history working_day_factors deductions"),
            *_names(
                "indicator_correlations cycle_times supplier_performance pipeline_hygiene target_achievement "
                "points_to_chase decision_scores reviews"
            ),
        ),
    ),
    Step(
        2,
        "demand_planning",
        "How many units, when and where, and how certain is it?",
        reads=_names(
            "items demand_history forecast_accuracy prices? lifecycle? launch_references? inventory? open_orders? overrides? "
            "sales_forecast? bill_of_resources? opportunities? "
            "orders? last_plan? campaigns? campaign_results campaign_months market_indicators? indicator_correlations calendar? "
            "history_adjustments "
            "previous:opportunities? previous:crm_record? exchange_rates? previous:exchange_rates?"
        ),
        writes=_names(
            "backtest statistical_forecast reconciliation override_log override_conflicts override_load consensus_demand demand_range "
            "function_forecasts demand_views view_weights crm_demand crm_calibration crm_record plan_customers lifecycle_log driver_effects"
        ),
    ),
    Step(
        3,
        "supply_planning",
        "Can we make it, what limits us, and what is one more hour worth?",
        reads=(
            *PLANNING,
            *_names("orders? sales_history demand_history item_classes cycle_times production_history? forecast_snapshots? levers?"),
            *_names("demand_range previous:forecast_layers?"),
        ),
        writes=_names(
            "supply_plan demand_fulfilment resource_load workforce_plan supplier_load bottlenecks shortages plan_costs "
            "deliveries plan_outlays commitments available_to_promise shortage_causes customer_load lever_effects headcount_plan "
            "hiring_requests supplier_schedule supplier_risk stock_outs_ahead stock_policies service_curve echelon_stocks flow_times "
            "demand_cases"
        ),
    ),
    Step(
        4,
        "pre_sop",
        "Where are the gaps, what do they cost, and what do we propose?",
        reads=_names(
            "demand_range risks? forecast_snapshots? previous:plan_ranges? previous:range_record? "
            "previous:demand_history? previous:statistical_forecast? previous:overrides? previous:opportunities? previous:exchange_rates? "
            "previous:unit_costs? previous:supply_plan? "
            "sales_history orders? opportunities? actions? ledger_actuals? kpi_history market_indicators? indicator_correlations "
            "items demand_history statistical_forecast consensus_demand prices? lifecycle? launch_references? overrides? unit_costs? "
            "inventory? open_orders? resources? resource_calendar? workforce? bill_of_resources? suppliers? supplier_items? targets? "
            "budget? balance_sheet? payment_terms? exchange_rates? last_plan? supply_plan demand_fulfilment "
            "resource_load workforce_plan supplier_load plan_costs deliveries plan_outlays override_log "
            "production_history? planning_costs? "
            "alternative_resources? stock_limits? lot_sizes? workforce_calendar? site_items? transfers? sourcing? bill_of_materials? "
            "stock_rules? supplier_contracts? last_production? "
            "deductions supplier_schedule forecast_accuracy bottlenecks supplier_performance levers? lever_effects supplier_risk "
            "assumptions? decisions? reviews participation function_forecasts campaign_results lifecycle_log "
            "proposed:scenarios? proposed:options? proposed:consensus_demand? proposed:demand_fulfilment? proposed:supply_plan?"
        ),
        writes=_names(
            "plan_statement working_capital_plan gaps budget_gap scenarios options plan_bridge family_sheets ratify_list "
            "decided revision_change promise_check issues issue_answers waiting_costs meeting_points plan_ranges "
            "range_drivers range_record "
            "estimate_comparison margin_change ledger_gap customer_statement customer_review pricing kpi_control budget_signals "
            "assumption_tests outside_view gap_actions"
        ),
    ),
    Step(
        5,
        "executive",
        "What must be decided, and what does each answer bring?",
        reads=_names(
            "data_trust participation "
            "items coverage findings kpi_history forecast_accuracy plan_score backtest override_log consensus_demand demand_range "
            "function_forecasts supply_plan demand_fulfilment resource_load workforce_plan supplier_load bottlenecks shortages "
            "plan_statement working_capital_plan gaps budget_gap scenarios options plan_bridge family_sheets ratify_list demand_history "
            "assumptions? risks? decisions? actions? targets? opportunities? campaigns? budget? "
            "plan_costs last_plan? levers? resources? suppliers? history_adjustments campaign_results supplier_performance "
            "statistical_forecast prices? lifecycle? launch_references? overrides? unit_costs? inventory? open_orders? "
            "resource_calendar? workforce? bill_of_resources? supplier_items? planning_costs? alternative_resources? "
            "stock_limits? lot_sizes? workforce_calendar? site_items? transfers? sourcing? bill_of_materials? stock_rules? "
            "supplier_contracts? last_production? balance_sheet? payment_terms? exchange_rates? deliveries plan_outlays "
            "points_to_chase decided revision_change promise_check waiting_costs override_conflicts lifecycle_log demand_fulfilment "
            "commitments lever_effects hiring_requests supplier_risk deductions supplier_schedule"
        ),
        writes=_names("pack_index"),
        documents=tuple(
            f"pack/{kind}.{form}" for kind in ("executive", "pre_sop", "supply_brief", "demand_brief") for form in ("html", "pdf")
        ),
        renders=True,
    ),
    Step(
        6,
        "publish",
        "Who gets what, and what did the last plan teach us?",
        reads=_names(
            "items coverage first_look statistical_forecast consensus_demand crm_demand supply_plan demand_fulfilment resource_load "
            "workforce_plan supplier_load plan_statement commitments available_to_promise shortage_causes lever_effects hiring_requests "
            "supplier_schedule supplier_risk stock_policies sales_forecast? decisions? assumptions? "
            "plan_score decision_scores previous:forecast_layers? "
            "working_capital_plan budget_gap gap_actions estimate_comparison margin_change plan_bridge ledger_gap scenarios options "
            "plan_ranges range_drivers range_record customer_review pricing outside_view assumption_tests "
            "demand_history unit_costs? inventory? production_history? forecast_snapshots? orders? overrides? override_log actions? "
            "participation forecast_accuracy reviews decided previous:plan_record?"
        ),
        writes=_names("forecast_layers lessons distribution plan_record plan_review benefits process_health"),
        documents=("plan.xlsx",),
    ),
)

BY_NAME = {step.name: step for step in STEPS}


def step_of(word: str) -> Step | None:
    """The step that a number (`3`) or a name (`supply_planning`) means; None where it means none."""
    return BY_NAME.get(word) or next((step for step in STEPS if word == str(step.number)), None)
