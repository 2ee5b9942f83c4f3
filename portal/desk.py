"""The start page of the newsroom: what waits for this person, of both rooms, by their rights."""

from dataclasses import dataclass, field

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from markets import states, status
from markets.admin.base import waiting
from news import desk, hours
from news.models import Article, Byline, Presence
from news.models.content import blank
from portal.lib import dates, languages, text


@dataclass
class Part:
    """One list of the desk. rows: Row; empty: what is said when there are none."""

    key: str
    title: str
    empty: str = ""
    rows: list = field(default_factory=list)
    more: str = ""  # address of the whole list

    @property
    def is_cut(self):
        return len(self.rows) >= desk.MOST


@dataclass
class Row:
    url: str
    words: str
    facts: list = field(default_factory=list)  # short, beside the words
    hour: str = ""  # before the words
    language: str = ""  # of the words, where they are a story's
    story: Article | None = None
    level: str = ""  # "warn" or "stop" for what needs a person


def parts(user):
    """The lists this user may see. Each costs one query, the marks of who is at work one more."""
    found = [_unsaved(user)]
    if user.has_perm("news.view_article"):
        found += [_drafts(user), _review(user), _coming(), _pending(), _behind()]
    found.append(Part("care", _("Needs a person"), _("Nothing needs you."), _care(user)))
    if user.has_perm("news.view_article"):
        found.append(_today())
    found = [part for part in found if part.rows or part.empty]
    stories = [row.story for part in found for row in part.rows if row.story]
    Presence.objects.mark(stories, but=user)
    return found


# Lists of stories ---------------------------------------------------------------------------------


def _row(story, *facts, hour="", level=""):
    return Row(
        url=reverse("admin:news_article_change", args=[story.pk]),
        words=story.headline,
        language=story.language,
        story=story,
        hour=hour,
        level=level,
        facts=[
            *facts,
            story.section.name,
            languages.SHORT.get(story.language, story.language.upper()),
        ],
    )


def _list(**filters):
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return f"{reverse('admin:news_article_changelist')}?{query}"


def _saved(story):
    return _("saved {time}").format(time=dates.brief(story.modified_at))


def _drafts(user):
    return Part(
        "drafts",
        _("My drafts"),
        _("No draft of yours is open."),
        [_row(story, _saved(story)) for story in desk.drafts(user)],
        more=_list(status__exact="draft"),
    )


def _review(user):
    edits = user.has_perm("news.publish_article")
    return Part(
        "review",
        _("Awaiting review") if edits else _("Mine, awaiting review"),
        _("Nothing waits for review."),
        [_row(story, _saved(story)) for story in desk.in_review(None if edits else user)],
        more=_list(status__exact="review"),
    )


def _coming():
    now = timezone.now()
    rows = []
    for story in desk.coming(now):
        facts = [_("ends") if story.is_end else _("goes out"), hours.from_now(story.moment, now)]
        hour = dates.hour(story.moment)
        if timezone.localdate(story.moment) != timezone.localdate(now):
            hour = f"{dates.weekday(timezone.localtime(story.moment))} {hour}"
        rows.append(_row(story, *facts, hour=hour))
    return Part(
        "coming",
        _("The coming 24 hours ({zone})").format(zone=dates.zone(now)),
        _("Nothing is scheduled for the coming 24 hours."),
        rows,
        more=_list(status__exact="scheduled"),
    )


def _today():
    return Part(
        "today",
        _("Published today"),
        _("Nothing has been published today."),
        [_row(story, hour=dates.hour(story.published_at)) for story in desk.published_today()],
        more=_list(status__exact="published"),
    )


def _pending():
    rows = []
    for story in desk.with_pending():
        waits = story.pending
        saved = _("saved by {name}, {time}").format(
            name=waits.by_name or "—", time=dates.brief(waits.made_at)
        )
        rows.append(_row(story, saved))
    return Part(
        "pending",
        _("Changes that wait to be published"),
        _("Readers have the latest text of every story."),
        rows,
        more=_list(work="pending"),
    )


def _behind():
    return Part(
        "behind",
        _("Translations out of date"),
        _("Every translation follows its original."),
        [_row(story, _saved(story)) for story in desk.out_of_date()],
        more=_list(work="behind"),
    )


def _unsaved(user):
    """Only there when it is needed: what a crash or a lost network has left."""
    rows = []
    for copy in desk.unsaved(user):
        story = copy.article
        url = (
            reverse("admin:news_article_change", args=[story.pk])
            if story
            else reverse("admin:news_article_add")
        )
        typed = _("typed {time}").format(time=dates.brief(copy.saved_at))
        words = copy.headline or (story and story.headline) or _("A story without a headline")
        rows.append(Row(url, words, [typed]))
    return Part("unsaved", _("Typed and not saved"), rows=rows)


# What needs a person ------------------------------------------------------------------------------


def _care(user):
    rows = []
    if user.has_perm("news.view_article"):
        rows += [
            _row(story, _("The clock has not labelled it: does “tick” run?"), level="stop")
            for story in desk.overdue()
        ]
        rows += [
            _row(story, _("The picture has no alternative text."), level="warn")
            for story in desk.without_alt()
        ]
    if user.has_perm("news.change_picture"):
        rows += [
            Row(
                reverse("admin:news_picture_change", args=[picture.pk]),
                str(picture),
                [
                    _("Its rights ended on {day}: readers do not see it.").format(
                        day=dates.written(picture.rights_until, "day")
                    )
                ],
                level="warn",
            )
            for picture in desk.expired_pictures()
        ]
    if user.has_perm("markets.view_heldquote"):
        rows += _held()
    if user.has_perm("markets.view_fetchrun"):
        rows += _sources()
    return rows


def _held():
    number = waiting()
    words = ngettext("{n} quote is held", "{n} quotes are held", number).format(n=number)
    address = reverse("admin:markets_heldquote_changelist")
    return [Row(address, words, [_("Readers see the value before.")], level="warn")] * bool(number)


def _sources():
    """Sources that fail and values that did not come. Three queries."""
    rows = []
    log = reverse("admin:markets_fetchrun_changelist")
    for report in status.reports():
        name = report.source.name
        fetches = f"{log}?source__id__exact={report.source.pk}"
        if report.is_failing:
            rows.append(Row(fetches, name, [report.problem], level="stop"))
        late = [line.quote for line in report.lines if line.is_shown and line.quote.state.is_old]
        if late:
            codes = ", ".join(quote.instrument.code for quote in late[:6])
            worst = next((one for one in late if one.state.kind == states.STALE), late[0])
            words = ngettext(
                "{name}: {n} value is late", "{name}: {n} values are late", len(late)
            ).format(name=name, n=len(late))
            address = reverse("admin:markets_observation_add") if report.is_typed else fetches
            level = "stop" if worst.state.kind == states.STALE else "warn"
            rows.append(Row(address, words, [codes], level=level))
    return rows


# A new story --------------------------------------------------------------------------------------


class NewStory(forms.ModelForm):
    """Three answers and the writing begins."""

    class Meta:
        model = Article
        fields = ("headline", "language", "section")
        labels = {"headline": gettext_lazy("Headline of the new story")}

    def __init__(self, *args, **options):
        super().__init__(*args, auto_id="new_%s", **options)
        self.fields["section"].empty_label = _("Choose a section")
        self.fields["language"].initial = languages.current()

    def clean_headline(self):
        return text.one_line(self.cleaned_data["headline"])

    def begin(self, user):
        """The draft, with the user's name in its byline if readers know one; in the log."""
        typed = self.cleaned_data
        content = blank() | {
            "headline": typed["headline"],
            "language": typed["language"],
            "section": typed["section"].pk,
        }
        author = getattr(user, "author", None)
        if author is not None:
            content["bylines"] = [[author.pk, Byline.Role.AUTHOR]]
        return Article.objects.write(content, by=user)
