"""One story in several languages: each a text of its own, told when its original has moved on."""

from django.db import transaction
from django.utils.translation import gettext as _

from news import roles
from portal.lib import languages

from .bylines import Byline
from .content import same_substance
from .refusals import MoveRefused


class Translations:
    """The part of Article that knows its original and its translations."""

    def translate(self, language, *, by):
        """A linked draft in another language, with this text to be translated. Returns it."""
        with transaction.atomic():
            self._hold()
            if not roles.may(by, "translate", self):
                raise MoveRefused([roles.words_of_refusal("translate")])
            if language not in languages.CODES:
                raise MoveRefused([_("The site has no such language.")])
            if type(self).objects.filter(story=self.story, language=language).exists():
                raise MoveRefused([_("This story already has a text in that language.")])
            self._begin_history()
            content = self.content() if self.is_out else self.working()
            author = getattr(by, "author", None)
            lines = [*content["bylines"]]
            if author:
                lines.append([author.pk, Byline.Role.TRANSLATION.value])
            return type(self).objects.write(
                content | {"language": language, "slug": "", "bylines": lines},
                by=by,
                story=self.story,
                translation_of=self,
                translated_version=self.public_version if self.is_out else self.version,
            )

    @property
    def is_out_of_date(self):
        """The original has changed in substance since this was translated."""
        original = self.translation_of
        return original is not None and original.public_version > self.translated_version

    def mark_up_to_date(self, *, by):
        """A person says that this text tells all that the original tells now."""
        with transaction.atomic():
            self._hold()
            if not roles.may(by, "mark up to date", self):
                raise MoveRefused([roles.words_of_refusal("mark up to date")])
            if self.translation_of is None:
                raise MoveRefused([_("This story is not a translation.")])
            self.translated_version = self.translation_of.public_version
            self.save()
            self.log(by, _("The translation is up to date."))

    def original_then_and_now(self):
        """(what was translated, or None where it is not known, what the original says now)."""
        original = self.translation_of
        return original.text_at(self.translated_version), original.content()

    def _meet_translations(self):
        """At the first publication: who translated this very substance as a draft is up to date."""
        content = self.working()
        for translation in self.translations.filter(translated_version__lt=self.version):
            before = self.text_at(translation.translated_version)
            if before and same_substance(before, content):
                type(self).objects.filter(pk=translation.pk).update(translated_version=self.version)
