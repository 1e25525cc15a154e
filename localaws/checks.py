"""All that the service refuses in one rule, in the order in which it is looked for."""

from __future__ import annotations

import re
from typing import Final

from localaws import header_checks, option_checks
from localaws.grammar import Rule
from localaws.terms import Terms
from localaws.words import Check, invalid


def engine_accepts(rule: Rule, terms: Terms) -> str | None:
    """What the caller of this package has the engine refuse."""
    for refusal in terms.refusals:
        if re.search(refusal.pattern, rule.text):
            return invalid(refusal.reason, rule.text if refusal.named else None)
    return None


RULE_CHECKS: Final[tuple[Check, ...]] = (
    header_checks.action_is_supported,
    header_checks.reject_is_possible,
    option_checks.keywords_are_supported,
    option_checks.order_is_left_to_the_group,
    option_checks.priority_is_in_range,
    option_checks.gid_is_left_to_the_service,
    option_checks.sid_is_assigned,
    option_checks.pcre_has_a_companion,
    header_checks.variables_are_declared,
    header_checks.length_is_allowed,
    option_checks.countries_are_known,
    option_checks.categories_are_in_their_place,
    header_checks.lists_have_no_spaces,
    header_checks.protocols_agree,
    option_checks.fast_pattern_has_a_buffer,
    engine_accepts,
)
