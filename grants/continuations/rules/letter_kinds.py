# ruff: noqa: E501  # a paragraph of a letter is one line
"""The letters about a continuation: the amendment of the award and the denial, with the words they begin with."""

from typing import Final

from grants.documents.rules import COMMON, LetterField, LetterKind

_COMMON = (
    *COMMON,
    LetterField("fain", "Award number (FAIN)", "70NANB15H001"),
    LetterField("year", "Year of the award", "2"),
    LetterField("budget_period", "Budget period", "April 1, 2016 to March 31, 2017"),
    LetterField("grants_officer", "Grants officer", "G. Okafor"),
)

AMENDMENT: Final = LetterKind(
    kind="amendment",
    title="Amendment of the award",
    fields=(
        *_COMMON,
        LetterField("modification", "Modification number", "1"),
        LetterField("period", "Period of performance", "April 1, 2015 to March 31, 2020"),
        LetterField("requested", "Federal share asked for", "$1,668,359.00"),
        LetterField("federal", "Approved federal share of the year", "$1,668,359.00"),
        LetterField("carry_over", "Carry-over of unspent federal money", "none"),
        LetterField("obligated_now", "Amount obligated by this action", "$1,668,359.00"),
        LetterField("obligated_total", "Total obligated", "$3,336,718.00"),
        LetterField("cost_share", "Approved cost sharing of the budget period", "$1,668,359.00"),
        LetterField("required", "Match that the federal share needs", "$1,668,359.00"),
        LetterField("total", "Total of the budget period with cost sharing", "$3,336,718.00"),
        LetterField("share_rule", "Rule of the federal share", "Year 2: at most 1/2 (50 %)"),
        LetterField("share_authority", "Authority of that rule", "15 CFR 290.4 as of May 2, 1994"),
        LetterField("conditions", "Specific conditions", "none"),
        LetterField("note", "What a lower amount leaves open", "Nothing is open."),
        LetterField("later_periods", "On what later periods depend", "Funds, authority, performance"),
    ),
    body="""The grants officer has continued award {fain} of **{organization}** for {state} by one budget period, year {year}. This is an amendment of the award; the program calls the yearly package a renewal.

## What changes

- Award number (FAIN): {fain}
- Modification number: {modification}
- Period of performance, unchanged: {period}
- Budget period: {budget_period}

## The money of this budget period

- Federal share asked for: {requested}
- Federal share approved: {federal}
- Carry-over of unspent federal money: {carry_over}
- Amount obligated by this action: {obligated_now}
- Total obligated: {obligated_total}
- Approved cost sharing: {cost_share}
- Match that this federal share needs: {required}
- Total with cost sharing: {total}
- Rule: {share_rule} ({share_authority})

{note}

## Terms

The approved ratio of federal money and match binds for this budget period. {later_periods}

Specific conditions: {conditions}

All other terms of the award stay as they are. This action needs no countersignature. Questions go to {contact}.""",
    mail_subject="{fain}: decision on your year {year} request",
)

DENIAL: Final = LetterKind(
    kind="continuation_denied",
    title="Decision on the continuation request",
    fields=(
        *_COMMON,
        LetterField("ground", "Ground of the denial", "Funds are not available"),
        LetterField("authority", "Authority of the ground", "2 CFR 200.211(c)(1)(iv)"),
        LetterField("reason", "Facts on which the denial rests", "No funds were appropriated."),
        LetterField("objection", "How the recipient may object", "Write to the grants officer."),
    ),
    body="""The grants officer does not fund year {year}, {budget_period}, of award {fain} of **{organization}** for {state}.

## Ground

{ground} ({authority}).

{reason}

## What you can do

{objection}

Money obligated for earlier budget periods stays obligated. Questions go to {contact}.""",
    mail_subject="{fain}: decision on your year {year} request",
)

KINDS: Final = {kind.kind: kind for kind in (AMENDMENT, DENIAL)}
