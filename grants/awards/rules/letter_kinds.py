# ruff: noqa: E501  # a paragraph of a letter is one line
"""The letters about selections and awards: their fields and the words they begin with."""

from typing import Final

from grants.documents.rules import COMMON, LetterField, LetterKind

_COMMON = (
    *COMMON,
    LetterField("competition", "Number of the competition", "2014-NIST-MEP-01"),
    LetterField("competition_title", "Title of the competition", "Award Competitions for MEP Centers"),
    LetterField("application", "Number of the application", "CO-7F3K"),
)

AWARD: Final = LetterKind(
    kind="award",
    title="Award of a cooperative agreement",
    fields=(
        *_COMMON,
        LetterField("fain", "Award number (FAIN)", "70NANB15H001"),
        LetterField("uei", "UEI of the recipient", "ABCDEFGHJKL5"),
        LetterField("listing", "Assistance listing", "11.611 Manufacturing Extension Partnership"),
        LetterField("description", "Description of the award", "Center for Colorado"),
        LetterField("research", "Research and development", "No"),
        LetterField("period", "Period of performance", "April 1, 2015 to March 31, 2020"),
        LetterField("budget_period", "Budget period", "April 1, 2015 to March 31, 2016"),
        LetterField("obligated_now", "Amount obligated by this action", "$1,668,359.00"),
        LetterField("obligated_total", "Total obligated", "$1,668,359.00"),
        LetterField("cost_share", "Approved cost sharing of the budget period", "$1,668,359.00"),
        LetterField("total", "Total of the budget period with cost sharing", "$3,336,718.00"),
        LetterField("all_years", "Plan of all years", "federal $6,050,000.00, match $7,865,000.00"),
        LetterField("share_rule", "Rule of the federal share", "1/2 in year 1"),
        LetterField("share_authority", "Authority of that rule", "15 CFR 290.4 as of May 2, 1994"),
        LetterField("indirect_rate", "Indirect cost rate", "10 % of modified total direct cost"),
        LetterField("goals", "Performance goals", "As in the approved operating plan"),
        LetterField("terms", "General terms", "Department of Commerce standard terms"),
        LetterField("later_periods", "On what later periods depend", "Funds, authority, performance"),
        LetterField("conditions", "Specific conditions", "None"),
        LetterField("countersign_by", "Last day to countersign", "March 27, 2015"),
        LetterField("grants_officer", "Grants officer", "G. Okafor"),
    ),
    body="""The grants officer has made the award described here to **{organization}** for {state}, on its application {application} in the competition {competition}, {competition_title}.

## The award

- Award number (FAIN): {fain}
- Recipient and UEI: {organization}, {uei}
- Assistance listing: {listing}
- Description: {description}
- Research and development: {research}
- Period of performance: {period}
- Budget period: {budget_period}

## The money of this budget period

- Amount obligated by this action: {obligated_now}
- Total obligated: {obligated_total}
- Approved cost sharing: {cost_share}
- Total with cost sharing: {total}
- Federal share: {share_rule} ({share_authority})
- Indirect cost rate: {indirect_rate}
- Approved plan of all years, funded one year at a time: {all_years}

## Terms

{goals}

{terms}

{later_periods}

Specific conditions: {conditions}

## What you do now

Your authorized representative signs the award in the system by {countersign_by}. The offer may be withdrawn after that day. Questions go to {contact}.""",
    mail_subject="{competition}: decision on your application",
)

DECLINE: Final = LetterKind(
    kind="decline",
    title="Decision on your application",
    fields=(
        *_COMMON,
        LetterField("reason", "Why the application was not selected", "Another application ranked first."),
        LetterField("threshold", "Threshold of the notice", "70"),
        LetterField("feedback", "Where the reviewers' comments stand", "on your application's page"),
    ),
    body="""Thank you for the application {application} of **{organization}** for {state} in the competition {competition}, {competition_title}. It was not selected for an award.

## Why

{reason}

## What the reviewers said

The reviewers' comments to you stand {feedback}. Reviewers are not named.

## What you can do

You may ask for a talk about the decision. Write to or call {contact}. One copy of the application is kept for three years and then destroyed.""",
    mail_subject="{competition}: decision on your application",
)

KINDS: Final = {kind.kind: kind for kind in (AWARD, DECLINE)}
