"""What one line gives away about itself: the rules that know boilerplate without looking at its neighbours.

Each is a pattern over a short line, anchored or of fixed words, so that its cost grows with the line and no faster.
The wording covers English, Ukrainian, Russian, German, French, Spanish, Polish and Arabic.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from digest.model.words import WORD, listed


class Rule(NamedTuple):
    """A kind of line that is never the article."""

    name: str
    pattern: re.Pattern[str]
    longest: int
    """Characters; the rule does not look at longer lines."""


def _rule(name: str, longest: int, *patterns: str) -> Rule:
    return Rule(name, re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE), longest)


_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|"
    "juillet|août|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|"
    "octubre|noviembre|diciembre|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|"
    "listopada|grudnia|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря|січня|"
    "лютого|березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада|грудня|يناير|فبراير|مارس|أبريل|مايو|"
    "يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر"
)
_DAYS = (
    "(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|montag|dienstag|mittwoch|donnerstag|freitag|"
    "samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|"
    "domingo|poniedziałek|wtorek|środa|czwartek|piątek|sobota|niedziela|понедельник|вторник|среда|четверг|пятница|"
    "суббота|воскресенье|понеділок|вівторок|середа|четвер|п['’]ятниця|субота|неділя"
)
_DATE_WORDS = (
    f"{_MONTHS}|{_DAYS}|updated|published|posted|last|modified|at|on|am|pm|a\\.m|p\\.m|gmt|utc|edt|est|et|pst|bst|"
    "cest|cet|eet|eest|msk|ist|of|the|le|de|del|à|um|uhr|stand|veröffentlicht|aktualisiert|publié|mis|jour|publicado|"
    "actualizado|opublikowano|aktualizacja|опубликовано|опубліковано|обновлено|оновлено|года?|року|г|р|st|nd|rd|th"
)

DATE_LINE: Final = _rule("date line", 80, rf"^(?=.*\d)(?:(?:{_DATE_WORDS})\b|\d|[\s.,:/|()·•+–—-])+$")

_NAME = r"[^\W\d_][\w.'’-]*"

CAPTION: Final = _rule(
    "photo caption",
    420,
    r"\[[^\[\]]{2,60}/[^\[\]]{2,60}\]\W*$",
    r"\[(?:file|photo|courtesy|handout)\b[^\[\]]{0,60}\]\W*$",
    r"\((?:handout|file photo|file|archive|photo|photos|image|picture|foto|фото)\b[^()]{0,60}\)\W*$",
    r"^(?:file photo|illustrative (?:photo|image)|photo illustration|archive photo|undated photo)\b",
    r"^(?:photo|photos|image|picture|credit|photo credit|photograph|foto|bild|crédit photo|zdjęcie|фото"
    r"|صورة)\s*(?:by)?\s*:",
    r"^фото(?:графія|графия)? (?:ілюстративне|иллюстративное|з архіву|из архива)",
)

LOOK: Final = _rule(
    "pointer to pictures",
    80,
    r"^(?:view|see|watch|click for|open) (?:(?:the|more|our|full) )?(?:photos?|videos?|pictures?|images?|gallery"
    r"|slideshow|infographics?)(?: (?:news|gallery|report|story|here|below))?\W*$",
)

# Words that only a caption uses of its subject, in lines of one sentence.
PICTURED: Final = _rule(
    "photo caption",
    240,
    r"\b(?:is|are|was|were) (?:pictured|photographed)\b",
    r"^(?:[^.]{0,80}\(|)(?:pictured|above|left to right|from left)\b",
)

_AGENCY = (
    r"(?:Getty(?: Images)?|GETTY IMAGES|Reuters|REUTERS|AFP|AP|EPA(?:-EFE)?|Anadolu(?: Agency)?|Shutterstock"
    r"|Unsplash|"
    r"Wikimedia(?: Commons)?|PA(?: Wire)?|Pool|Handout)"
)
# A credit ends a caption without a full stop; the same name before one is the text's own attribution.
CREDIT: Final = re.compile(
    rf"(?:[—–/|]\s?(?:[A-Z][\w.'’-]*\s){{0,4}}|\s(?:AFP|AP|Pool|Anadolu)(?:/\w+)? via\s){_AGENCY}\s*$"
    rf"|[(\[](?:[^()\[\]]{{0,40}}\W)?{_AGENCY}[)\]]\s*$"
)

LINES: Final[tuple[Rule, ...]] = (
    _rule(
        "greeting",
        140,
        r"^welcome to (?:the )?[\w-]+(?:\.[\w-]+)+\W*$",
        r"^welcome to (?:our|the) (?:site|website|page|portal|newsroom|blog)\b",
        r"^(?:thanks|thank you) for (?:visiting|reading|your visit|subscribing)\b",
        r"^(?:willkommen (?:auf|bei)|bienvenue sur|bienvenid[oa]s? a|witamy (?:na|w)|добро пожаловать на|"
        r"ласкаво просимо (?:на|до)|вітаємо на|مرحبا بكم في|أهلا بكم في) \S+\W*$",
    ),
    DATE_LINE,
    CAPTION,
    LOOK,
    _rule("bare link", 600, r"^\W*\[[^\[\]]*\]\([^()]*\)\W*$", r"^\W*(?:https?://|www\.)\S+$"),
    _rule(
        "byline",
        120,
        r"^(?:(?:edited|written|reported|compiled|translated|story|text|words|produced) by|editing by|reporting by|"
        r"additional reporting(?: by)?|redaktion|автор(?:ка)?|текст|переклад|перевод|редактор(?:ка)?|джерело"
        r"|источник|"
        r"source|autor(?:in)?|auteur|źródło|fuente|بقلم|المصدر)\s*:?\s.{2,90}$(?<![.!?])",
        r"^reporting by [^.]{3,80}[.;] ?(?:additional reporting by [^.]{3,60}[.;] ?)?editing by\b",
    ),
    _rule(
        "newsletter form",
        320,
        r"\b(?:sign up|subscribe|register)\b.{0,40}\b(?:newsletters?|briefings?|alerts?|e-?mails?|inbox|podcast"
        r"|channel)\b",
        r"\b(?:get|receive)\b.{0,40}\b(?:in|to) your inbox\b",
        r"^(?:\S{0,40})get (?:instant|breaking|daily|the latest)\b.{0,40}\b(?:alerts|news|updates"
        r"|headlines)\b.{0,120}$",
        r"^(?:follow|join|like|find) (?:us|our|\S+) (?:on|in|at|channel) (?:x|twitter|facebook|telegram"
        r"|whatsapp|instagram|"
        r"youtube|google news|linkedin|threads|bluesky)\b",
        r"^(?:join|follow|subscribe to) our (?:telegram|whatsapp|youtube|viber|x)\b",
        r"^(?:subscribe|subscription|subscribe now|sign up|sign in|log in|register|enter your e-?mail(?: address)?|"
        r"your e-?mail(?: address)?|newsletter|newsletters)\W*$",
        r"^download (?:the|our) \S* ?app\b",
        r"^\S+ (?:in|on) (?:youtube|telegram|facebook|instagram|twitter)\W*$",
        r"^(?:підпи(?:сатися|шіться|суйтесь|суйтеся)|подпи(?:саться|шитесь|сывайтесь))\b.{0,120}$",
        r"\bnewsletter (?:abonnieren|anmelden)\b|^jetzt (?:anmelden|abonnieren)\b|^(?:inscrivez-vous|abonnez-vous)\b",
        r"^(?:suscríbe(?:te|se)|zapisz się|subskrybuj)\b|^(?:اشترك|سجل الآن|تابعونا)\b.{0,80}$",
    ),
    _rule(
        "cookie notice",
        400,
        r"\b(?:we|this site|this website|our partners) uses? cookies\b",
        r"^\W*(?:accept|reject|manage|allow) (?:all )?cookies\b|\bcookie (?:policy|settings|preferences|consent)\b",
        r"\bwir verwenden cookies\b|\bnous utilisons des cookies\b|\butilizamos cookies\b|\bużywamy plików cookie",
        r"\b(?:мы используем|ми використовуємо) (?:файлы |файли )?(?:cookie|куки)",
    ),
    _rule(
        "rights notice",
        320,
        r"\ball rights reserved\b|^(?:©|\(c\)|copyright)\s",
        r"^(?:alle rechte vorbehalten|tous droits réservés|todos los derechos reservados|wszelkie prawa zastrzeżone|"
        r"все права защищены|всі права захищені|усі права захищені|جميع الحقوق محفوظة)",
        r"^(?:privacy|privacy policy|terms(?: (?:of|and) (?:use|service|conditions))?|contact us|about us|rss)\W*$",
    ),
    _rule(
        "share bar",
        90,
        r"^(?:share|share (?:this|on|via|to)\b.{0,50}|copy (?:the )?link|print(?: this)?|save|bookmark|email"
        r"|e-mail|tweet|"
        r"comments?(?: \(\d+\))?|\d+ comments?|\d+ shares?|leave a comment|add a comment|post a comment)\W*$",
        r"^\W*(?:(?:facebook|twitter|whatsapp|telegram|linkedin|reddit|pinterest|instagram|viber|x|email|print)\b\W*)+$",
        r"^(?:teilen|partager|compartir|udostępnij|поделиться|поширити|поділитися|مشاركة|شارك)\W*$",
    ),
    _rule(
        "advertisement",
        120,
        r"^(?:advertisement|advertising|advert|sponsored|sponsored content|paid content|promoted|ad|"
        r"anzeige|werbung|publicité|publicidad|reklama|реклама|إعلان)\W*$",
        r"^(?:skip (?:past )?(?:advertisement|ad|newsletter)\b|(?:story|article) continues below\b"
        r"|scroll to continue\b)",
    ),
    _rule(
        "player notice",
        160,
        r"\byour browser (?:does not|doesn['’]t) support\b|^(?:please )?enable javascript\b",
        r"^(?:listen to (?:this|the) (?:article|story)|watch (?:live|now|the video)|play video|video|audio|loading|"
        r"this video (?:can|is)\b.{0,60}|\d+ min(?:ute)?s? (?:read|listen))\W*$",
    ),
    _rule(
        "site notice",
        260,
        r"^(?:show me more|show more|see more|add)\b.{0,60}\bon google\b",
        r"^(?:this|the) (?:article|story|post|piece|report) (?:was |is )?(?:first |originally )+"
        r"(?:appeared|published|posted|ran)\b",
        r"^(?:originally|first) published (?:in|on|at|by)\b",
        r"^(?:support (?:our|independent) journalism|become a (?:member|supporter|subscriber)|make a donation)\b",
        r"^(?:(?:have|got) (?:a |any )?(?:news )?(?:tips?|questions?|feedback)\b.{0,60}\b(?:email|contact|write"
        r"|let us)\b)",
        r"^(?:if you (?:notice|find|spot) an? (?:error|mistake|typo)\b|(?:якщо ви|если вы) (?:помітили|заметили"
        r"|нашли)\b)",
        r"^(?:back to top|home|links?|next article|previous article|skip to (?:main )?content|load more|show more|"
        r"click here\b.{0,60}|page \d+ of \d+)\W*$",
        r"^(?:as reported by|according to)\W*$",
    ),
)

RELATED: Final = _rule(
    "related links",
    90,
    r"^(?:you (?:may|might) (?:also|be) (?:like|enjoy|interested in|want to read)|you['’]ll also like|"
    r"(?:read|see|watch) (?:more|also|next|this next)|also read|more (?:like this|from .{1,40}|on this(?: story"
    r"| topic)?|"
    r"stories|news|top stories)|read (?:it|this) too|useful reading|further reading|"
    r"related(?: (?:articles?|stories|links?|news|content|topics?|posts?|coverage|reading))?|"
    r"most (?:read|popular|viewed|shared)|(?:top|latest|trending|popular|featured|editors?['’]? ?s?)"
    r" (?:stories|news|now|articles?|posts?|picks?|choice|headlines)|trending|recommended(?: (?:for you|stories"
    r"|reading|articles))?|"
    r"in other news|up next|keep reading|what to read next|don['’]t miss|elsewhere on .{1,40}|from our partners|"
    r"(?:lesen|sehen) sie auch|mehr zum thema|das könnte (?:sie|dich) (?:auch )?interessieren|meistgelesen|"
    r"(?:à )?lire aussi|sur le même sujet|les plus lus|lea también|lee también|(?:noticias"
    r"|artículos) relacionad[oa]s|"
    r"te puede interesar|lo más leído|(?:czytaj|zobacz) (?:też|także|więcej)|powiązane|najczęściej czytane|"
    r"читайте (?:также|також)|читати (?:також|ще)|(?:по|на эту) теме?|за темою|вас (?:может|може) (?:заинтересовать|"
    r"зацікавити)|дивіться також|смотрите также|популярн(?:е|ое|і новини|ые новости)|рекомендуем|рекомендуємо|"
    r"اقرأ أيضا|اقرأ أيضًا|اقرأ المزيد|مواضيع ذات صلة|ذات صلة|الأكثر قراءة|شاهد أيضا)\s*[:：.…>»→]*$",
)

RELATED_INLINE: Final = _rule(
    "related links",
    260,
    r"^(?:read (?:more|also|next)|also read|see also|related|more|watch|in pictures|recommended|further reading|"
    r"lesen sie auch|(?:à )?lire aussi|lea también|lee también|czytaj (?:też|także)|читайте (?:также|також)|"
    r"дивіться також|смотрите также|اقرأ أيضا|اقرأ أيضًا)\s*[:|>»→]\s*\S.*$",
    r"^(?:read also|also read|читайте (?:також|также))\s+\S.*$",
)

TAGS: Final = _rule(
    "tags",
    60,
    r"^(?:tags?|topics?|keywords?|filed under|schlagwörter|mots[- ]clés|etiquetas|tagi|теги|мітки|"
    r"ключевые слова|الوسوم|كلمات مفتاحية)\s*:?$",
)

_BYLINE: Final = re.compile(rf"^(?:[Bb]y|BY|Von|Par|Por|Od)\s+({_NAME}(?:[\s,]+(?:&|{_NAME}))*)\s*$")
_NO_NAMES: Final = listed(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july
    august september october november december contrast comparison then now dawn nightfall midnight far
    """
)
_SMALL: Final = frozenset({"and", "und", "et", "y", "i", "in", "&", "de", "van", "von", "der", "al", "el", "la", "bin"})


def is_byline(line: str) -> bool:
    """Return whether the line only says who wrote it: `By Ilma Karsk and Tarn Ferren`.

    >>> is_byline("By Ilma Karsk and Tarn Ferren"), is_byline("By Monday the bridge had fallen")
    (True, False)
    """
    found = _BYLINE.match(line) if len(line) <= 100 else None
    if not found:
        return False
    names = [name.strip(".,") for name in found.group(1).split()]
    return (
        names[0].casefold() not in _NO_NAMES
        and len(names) <= 10
        and all(name[:1].isupper() or name in _SMALL for name in names)
    )


def rule_of(line: str) -> str:
    """Return the name of the rule that takes the line for boilerplate; empty if none does.

    >>> rule_of("Welcome to tarn.example."), rule_of("All rights reserved."), rule_of("Two boats left Tarnmouth.")
    ('greeting', 'rights notice', '')
    """
    for rule in LINES:
        if len(line) <= rule.longest and rule.pattern.search(line):
            return rule.name
    if is_byline(line):
        return "byline"
    if len(line) <= CAPTION.longest and CREDIT.search(line):
        return CAPTION.name
    if len(line) <= RELATED_INLINE.longest and RELATED_INLINE.pattern.match(line):
        return RELATED_INLINE.name
    if len(line) <= PICTURED.longest and PICTURED.pattern.search(line) and line.count(". ") <= 1:
        return PICTURED.name
    return "" if WORD.search(line) else "no words"


def opens_related(line: str) -> bool:
    """Return whether the line stands over links to other articles.

    >>> opens_related("You may also like:"), opens_related("Most of the town was read the order")
    (True, False)
    """
    return len(line) <= RELATED.longest and bool(RELATED.pattern.match(line.strip()))


def opens_tags(line: str) -> bool:
    """Return whether the line stands over the article's tags."""
    return len(line) <= TAGS.longest and bool(TAGS.pattern.match(line.strip()))
