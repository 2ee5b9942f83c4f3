"""Two editors at one story, in five hundred orders: no text that anybody sent is ever lost."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from news import publishing
from news.models import Article, EditConflict, MoveRefused
from news.tests.factories import make_article

ROUNDS = 500


class Person:
    """Somebody with the form open: what they saw, and the words they send."""

    def __init__(self, user, story, sent):
        self.user, self.pk, self.sent, self.number = user, story.pk, sent, 0
        self.open()

    def open(self):
        story = Article.objects.get(pk=self.pk)
        self.base, self.content = story.version, story.working()

    def save(self):
        story = Article.objects.get(pk=self.pk)
        self.number += 1
        words = f"{self.user.username} {self.number}"
        content = self.content | {"lead": words}
        self.sent.add(words)
        try:
            story.edit(content, by=self.user, base=self.base)
        except EditConflict:
            story.set_aside(content, by=self.user, base=self.base)
            self.open()
        except MoveRefused:  # withdrawn meanwhile: the form's page keeps the text in the same way
            story.set_aside(content, by=self.user, base=self.base)
        else:
            self.base, self.content = story.version, story.working()

    def move(self, name):
        story = Article.objects.get(pk=self.pk)
        at = timezone.now() + timedelta(hours=1)
        try:
            getattr(story, name)(by=self.user, version=self.base, note="Because.", at=at)
        except MoveRefused:
            self.open()

    def restore(self, chance):
        story = Article.objects.get(pk=self.pk)
        revisions = list(story.revisions.all())
        if not revisions:
            return
        try:
            story.restore(chance.choice(revisions), by=self.user, base=self.base)
        except (EditConflict, MoveRefused):
            self.open()


def the_hour_strikes(story):
    """The clock alone: what is scheduled is due."""
    Article.objects.filter(pk=story.pk, status="scheduled").update(
        published_at=timezone.now() - timedelta(minutes=1)
    )
    publishing.publish_due()


MOVES = "submit send_back schedule publish publish_changes discard_changes withdraw reopen".split()


def known_texts(story):
    story = Article.objects.get(pk=story.pk)
    texts = {story.lead, story.working()["lead"]}
    for kept in (story.revisions, story.steps):
        texts |= {content["lead"] for content in kept.values_list("content", flat=True)}
    return texts


@pytest.mark.parametrize("seed", range(10))
def test_no_text_is_lost_in_any_order_of_two_editors(editor, chief, seed):
    chance = random.Random(seed)
    for _round in range(ROUNDS // 10):
        story = make_article(status="draft", published_at=None, no_byline_reason="A wire.")
        sent = set()
        people = [Person(editor, story, sent), Person(chief, story, sent)]
        for _step in range(8):
            person = chance.choice(people)
            act = chance.random()
            if act < 0.55:
                person.save()
            elif act < 0.7:
                person.open()
            elif act < 0.9:
                person.move(chance.choice(MOVES))
            elif act < 0.95:
                person.restore(chance)
            else:
                the_hour_strikes(story)
        lost = sent - known_texts(story)
        assert lost == set(), (seed, _round)


def test_a_text_that_was_thrown_away_is_missed(editor, chief):
    """The test above can fail: without set_aside, the loser's words are nowhere."""
    story = make_article(status="draft", published_at=None, no_byline_reason="A wire.")
    sent = set()
    one, two = Person(editor, story, sent), Person(chief, story, sent)
    one.save()
    story.refresh_from_db()
    with pytest.raises(EditConflict):
        Article.objects.get().edit(two.content | {"lead": "Lost"}, by=chief, base=two.base)
    assert {"Lost"} - known_texts(story) == {"Lost"}
