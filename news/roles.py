"""Who may do what: one table. The admin's buttons and every way in ask the same question of it."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy, pgettext_lazy

# Where a story stands for this table (Article.stage): live = its hour has come.
NEVER_OUT = ("draft", "review", "scheduled")
NOT_GONE = (*NEVER_OUT, "live")
OF_WRITERS = ("draft", "review")


@dataclass(frozen=True)
class Rule:
    """needs: every one of these rights. others: one more for a story that is not one's own.

    stages: where the story must stand; empty: anywhere.
    """

    label: str
    needs: tuple
    others: str = ""
    stages: tuple = ()


def _rule(label, *needs, others="", stages=()):
    return Rule(label, needs, others, stages)


VIEW = "news.view_article"
WRITE = "news.add_article"
CHANGE = "news.change_article"
OTHERS = "news.edit_others_article"
PUBLISH = "news.publish_article"

ACTIONS = {
    # Stories
    "view": _rule(pgettext_lazy("right", "read stories"), VIEW),
    "history": _rule(pgettext_lazy("right", "read the history of a story"), VIEW),
    "compare": _rule(pgettext_lazy("right", "compare revisions"), VIEW),
    "preview": _rule(pgettext_lazy("right", "preview a story"), VIEW),
    "export": _rule(pgettext_lazy("right", "download the list of stories"), VIEW),
    "write": _rule(pgettext_lazy("right", "write a new story"), WRITE),
    "translate": _rule(pgettext_lazy("right", "translate a story"), WRITE, VIEW),
    "edit": _rule(pgettext_lazy("right", "edit a draft"), CHANGE, others=OTHERS, stages=OF_WRITERS),
    "edit scheduled": _rule(
        pgettext_lazy("right", "edit a scheduled story"), CHANGE, PUBLISH, stages=("scheduled",)
    ),
    "prepare changes": _rule(
        pgettext_lazy("right", "prepare changes to a published story"),
        CHANGE,
        others=OTHERS,
        stages=("live",),
    ),
    "mark up to date": _rule(
        pgettext_lazy("right", "say that a translation is up to date"), CHANGE, others=OTHERS
    ),
    "share preview": _rule(
        pgettext_lazy("right", "share a preview"),
        CHANGE,
        others=OTHERS,
        stages=NOT_GONE,
    ),
    "revoke preview": _rule(
        pgettext_lazy("right", "revoke a shared preview"), CHANGE, others=OTHERS
    ),
    "delete": _rule(
        pgettext_lazy("right", "delete a draft"), "news.delete_article", stages=OF_WRITERS
    ),
    # Moves
    "submit": _rule(
        pgettext_lazy("right", "submit a draft"), CHANGE, others=OTHERS, stages=("draft",)
    ),
    "send back": _rule(
        pgettext_lazy("right", "send a story back"), PUBLISH, stages=("review", "scheduled")
    ),
    "schedule": _rule(pgettext_lazy("right", "schedule a story"), PUBLISH, stages=NEVER_OUT),
    "publish": _rule(pgettext_lazy("right", "publish a story"), PUBLISH, stages=NEVER_OUT),
    "publish changes": _rule(pgettext_lazy("right", "publish changes"), PUBLISH, stages=("live",)),
    "discard changes": _rule(pgettext_lazy("right", "discard changes"), PUBLISH, stages=("live",)),
    "withdraw": _rule(
        pgettext_lazy("right", "withdraw a story"), PUBLISH, stages=("scheduled", "live")
    ),
    "reopen": _rule(
        pgettext_lazy("right", "reopen a withdrawn story"), PUBLISH, stages=("withdrawn",)
    ),
    "override checklist": _rule(
        pgettext_lazy("right", "publish in spite of the checklist"),
        PUBLISH,
        "news.override_checklist",
    ),
    "set expiry": _rule(
        pgettext_lazy("right", "say how long a story stays"), PUBLISH, stages=NOT_GONE
    ),
    "correct": _rule(
        pgettext_lazy("right", "add a correction"), "news.add_correction", stages=("live",)
    ),
    # Beside the stories
    "edit front": _rule(pgettext_lazy("right", "edit the front page"), "news.change_frontslot"),
    "edit quotes": _rule(pgettext_lazy("right", "enter quotes"), "markets.add_observation"),
    "edit accounts": _rule(pgettext_lazy("right", "keep accounts"), "portal.change_user"),
    "edit roles": _rule(pgettext_lazy("right", "keep roles"), "auth.change_group"),
}
# The right to save the form of a story, by where the story stands. Nobody edits a withdrawn one.
EDIT_AT = {
    "draft": "edit",
    "review": "edit",
    "scheduled": "edit scheduled",
    "live": "prepare changes",
}
REFUSED = gettext_lazy("Your account may not do this: %(right)s.")


def may(user, action, article=None):
    """May this person do it (to this story, where one is given)? KeyError for an unknown action."""
    rule = ACTIONS[action]
    if user is None or not user.has_perms(rule.needs):
        return False
    if article is None:
        return True
    if rule.stages and article.stage not in rule.stages:
        return False
    if action == "delete" and article.published_at is not None:
        return False  # what readers have had is withdrawn, never deleted
    return not rule.others or user.has_perm(rule.others) or is_own(user, article)


def may_edit(user, article):
    action = EDIT_AT.get(article.stage)
    return action is not None and may(user, action, article)


def is_own(user, article):
    """The person has begun the story, or stands in its byline. One query at most."""
    if article.pk is None or article.created_by_id == user.pk:
        return True
    known = article.__dict__.setdefault("_own_by", {})
    if user.pk not in known:
        known[user.pk] = article.authors.filter(user=user).exists()
    return known[user.pk]


def words_of_refusal(action):
    return str(REFUSED) % {"right": ACTIONS[action].label}
