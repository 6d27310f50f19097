"""The words of the workbook that asks an owner: labels, codes, rules."""

from sopkit.report.narrative import N_

TITLES = {
    "last_year": N_("Last year"),
    "baseline": N_("Baseline"),
    "p10": N_("Low: one month in ten is lower"),
    "p90": N_("High: one month in ten is higher"),
    "budget": N_("Budget"),
    "last_consensus": N_("Last consensus"),
    "plan_now": N_("Plan now"),
}
ANSWER = N_("Your number")
REASON_CODE, REASON, EVIDENCE = N_("Reason code"), N_("Reason"), N_("Evidence")
CHANGES_MONEY, CHANGES_HOURS = N_("Which changes money by"), N_("Which changes hours by")
HEADS = (N_("Family"), N_("Item"), N_("Region"), N_("Channel"), N_("What"))
CODES = {
    "campaign": N_("a campaign that is not in the baseline"),
    "customer": N_("a customer won, lost or ordering differently"),
    "price": N_("a change of price"),
    "launch": N_("a launch or a phase-out"),
    "market": N_("the market moves"),
    "listing": N_("a listing won or lost"),
    "weather": N_("the weather"),
    "correction": N_("history that misleads the forecast"),
}
RULES = (
    N_("Only the yellow cells can be filled. Leave a cell empty where the plan is right."),
    N_("A number replaces the line 'Plan now' of its month; give a reason for the line."),
    N_("Demand is what customers want: a gap to budget or a lack of capacity is no reason to change it."),
    N_("What has not come back by the date above leaves the last consensus standing, and the pack says so."),
)
MIRROR = {
    "family": N_("Family"),
    "period": N_("Month"),
    "said": N_("You said"),
    "statistical": N_("Forecast said"),
    "became": N_("It became"),
    "error_said": N_("Your error"),
    "error_statistical": N_("Forecast's error"),
    "saved_units": N_("Saved, units"),
    "saved_money": N_("Saved, money"),
}
OPPORTUNITY = (
    N_("Opportunity"),
    N_("Customer"),
    N_("Item"),
    N_("Region"),
    N_("Channel"),
    N_("Stage"),
    N_("Chance"),
    N_("Units"),
    N_("Month"),
)
