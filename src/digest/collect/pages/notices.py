"""How European sites word it that there is nothing to read: notices of paywalls, of consent, of missing scripts.

Written in small letters, for texts in small letters of some hundred characters; every repetition is bounded.
"""

from __future__ import annotations

import re
from typing import Final


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


PAYWALL: Final = _any(
    # English
    r"\b(?:subscribe|sign up|register|log ?in|sign in|join|subscription)\b.{0,60}\bto (?:continue|keep|"
    r"finish) reading\b",
    r"\bto (?:continue|keep|finish) reading\b.{0,80}\b(?:subscri|sign|log ?in|regist|become|buy|choose|start)",
    r"\bto read (?:the (?:full|rest of|whole|entire)|this) .{0,40}\b(?:subscribe|log ?in|sign|register|become a)",
    r"\b(?:subscribe|sign up|register|log ?in|sign in|become a \w{1,20}) (?:\w{1,10} )?to (?:read|unlock|access|see) "
    r"(?:the (?:full|rest|whole|entire)|this|all)\b",
    r"\bcontinue reading (?:with a|by|this article (?:with|for))\b",
    r"\balready (?:an? |have an? )(?:\w{1,20} )?(?:subscriber|subscription|member)\b",
    r"\b(?:this|the rest of (?:this|the)) (?:article|story|content|page|text|report)\b.{0,30}\b(?:for|"
    r"to) (?:our |paying )?"
    r"(?:subscribers|members)\b",
    r"\bsubscribers?[- ]only\b|\b(?:exclusive|available only|only available|reserved) (?:to|"
    r"for) (?:our )?subscribers\b",
    r"\byou(?:['’]ve| have) (?:reached|read|used|hit)\b.{0,50}\b(?:free articles?|article limit|monthly limit)\b",
    r"\bunlock (?:this|the full) (?:article|story)\b",
    # German
    r"\bweiter ?lesen\b.{0,60}\b(?:abo|anmeld|registr|abonn)|\b(?:abo|abonnieren|anmelden|registrieren)\b.{0,40}"
    r"\bweiter ?(?:zu)?lesen\b",
    r"\b(?:bereits|schon) (?:\w{1,20}[- ])?abonnent|\b(?:nur|exklusiv) für (?:\w{1,20}[- ])?abonnent",
    r"\b(?:dieser|der ganze|der vollständige) (?:artikel|text|beitrag|inhalt)\b.{0,50}\babonnent",
    # French
    r"\bréservée?s? (?:à nos |aux |à )abonné|\bdéjà abonné|\bil vous reste .{1,20} de cet article\b",
    r"\b(?:abonnez-vous|inscrivez-vous|connectez-vous) (?:\w{1,20} )?pour (?:lire|continuer|accéder)\b",
    r"\bpour (?:lire la suite|continuer (?:la|votre) lecture)\b.{0,60}\b(?:abonn|inscri|connect)",
    # Spanish, Portuguese, Italian
    r"\b(?:solo|exclusivo|exclusiva) para suscriptores\b|\bya (?:eres|soy|estás) suscri",
    r"\bsuscríbe(?:te|se) para (?:seguir|continuar|leer)\b|\bpara (?:seguir|continuar) leyendo\b",
    r"\b(?:exclusivo|só|apenas) para assinantes\b|\bjá é assinante\b|\bassine para (?:ler|continuar)\b",
    r"\briservat[oaie] (?:agli|ai) abbonati\b|\bgià abbonat[oaie]\b|\babbonati per (?:continuare|leggere)\b",
    r"\bper continuare (?:a leggere|la lettura)\b",
    # Dutch, Swedish, Norwegian, Danish
    r"\b(?:alleen|exclusief) voor (?:abonnees|leden)\b|\bal abonnee\b",
    r"\b(?:log in|abonneer|word abonnee|neem een abonnement)\b.{0,60}\bverder ?(?:te )?lezen\b",
    r"\b(?:endast|bara|kun|bare) (?:för|for) (?:prenumeranter|abonnenter)\b",
    r"\b(?:redan prenumerant|allerede abonnent)\b|\blogg?a? ?in[nd]?\b.{0,40}\b(?:läsa vidare|lese videre|"
    r"læse videre)\b",
    # Polish
    r"\b(?:dostęp|artykuł|treść|tekst)\b.{0,60}\b(?:tylko|wyłącznie) dla (?:prenumerator|subskrybent)",
    r"\bmasz już (?:prenumeratę|subskrypcję)|\bpozostało .{0,10}% (?:tekstu|artykułu)",
    r"\b(?:aby|żeby) (?:czytać dalej|przeczytać cały|przeczytać całość)\b",
    # Ukrainian, Russian
    r"\b(?:лише|тільки|виключно) для (?:передплатник|підписник)|\bвже (?:передплатник|маєте передплату)",
    r"\bщоб (?:продовжити читання|читати далі|прочитати повністю)\b",
    r"\bтолько (?:для )?подписчик|\bуже (?:есть подписка|оформили подписку)",
    r"\bчтобы (?:продолжить чтение|читать дальше|дочитать)\b",
)
"""An article goes on only for those who pay or log in."""

SCRIPT: Final = _any(
    r"\b(?:enable|turn on|activate|allow|requires?|needs?|without) (?:\w{1,20} )?(?:java ?scripts?)\b",
    r"\bjava ?script (?:is|has been|must be|needs to be|seems to be) (?:\w{1,20} )?(?:disabled|required|not|"
    r"turned|enabled|blocked)",
    r"\bjava ?script.{0,30}\b(?:aktivieren|aktiviert|einschalten|deaktiviert)\b|"
    r"\baktivieren sie (?:bitte )?java ?script\b",
    r"\bactive[rz] (?:le )?java ?script\b|\bjava ?script (?:est )?(?:désactivé|requis)\b",
    r"\b(?:habilit[ae]r?|activ[ae]r?|ative|abilita|attiva) (?:o |el )?java ?script\b",
    r"\bwłącz(?:yć)? (?:obsługę )?java ?script|\b(?:schakel|zet) java ?script\b|\b(?:aktivera|aktiver|"
    r"slå på) java ?script\b",
    r"\b(?:увімкніть|ввімкніть|включите|разрешите) (?:\w{1,20} )?java ?script",
    r"\bchecking your browser\b|\bverify(?:ing)? (?:that )?you are (?:a )?human\b|\bjust a moment\b",
    r"\breview the security of your connection\b",
)
"""A page shows nothing until its scripts have run."""

COOKIES: Final = _any(
    r"\bcookies?\b|\bconsent|\btracking\b|\bprivacy\b|\bpersonal(?:i[sz]ed)? (?:data|ads?|advertis|content)",
    r"\b(?:our|and) (?:\d{1,4} )?partners\b|\blegitimate interests?\b|\b(?:accept|reject|agree to) all\b",
    r"\beinwilligung|\bdatenschutz|\bconsentement|\bconsentimiento|\bconsenso\b|\bzgod[yęa]\b|"
    r"\btoestemming\b|\bsamtykke",
    r"файл\w{0,3} cookie|\bкук[иі]\b|\bзгод[аиу]\b|\bсогласи[ея]\b|\bконфіденційн|\bконфиденциальн",
)
"""What a demand for consent speaks of in every paragraph."""
CONSENT: Final = (
    _any(
        r"\bwe (?:and (?:our|\d)|use cookies|value your privacy|need your consent|ask (?:for )?your)|"
        r"\bour \d{1,4} partners\b",
        r"\bwir (?:und unsere|verwenden|nutzen|setzen)\b|\bnous (?:et nos|utilisons)\b|\b(?:usamos|"
        r"utilizamos|utilizziamo)\b",
        r"\bużywamy\b|\bwij (?:en onze|gebruiken)\b|\bми (?:та наші|використовуємо)|\bмы (?:и наши|"
        r"используем)|\bvi (?:använder|bruker|bruger)\b",
    ),
    _any(
        r"\b(?:accept|reject|agree to|decline) (?:all|and)\b|\bby (?:clicking|continuing|using)\b|"
        r"\bi (?:agree|accept)\b",
        r"\balle(?:s)? (?:akzeptieren|ablehnen|accepteren)\b|\b(?:akzeptieren|zustimmen)\b|"
        r"\btout (?:accepter|refuser)\b|\ben cliquant\b",
        r"\b(?:aceptar|rechazar) tod|\bal hacer clic\b|\baccetta(?: tutti)?\b|\brifiuta\b|\bakceptuj|\bklikając\b",
        r"\b(?:прийняти|відхилити) (?:все|всі|усі)|\b(?:принять|отклонить) вс[её]|\bнатискаючи\b|\bнажимая\b",
    ),
    _any(
        r"\b(?:manage|change|set|customi[sz]e|review)\b.{0,20}\b(?:choices|preferences|settings|options)\b",
        r"\bwithdraw (?:your |my )?consent\b|\beinstellungen\b|\bwiderrufen\b|\bparamétrer\b|"
        r"\bretirer votre consentement\b",
        r"\bconfigurar\b|\bgestisci\b|\bpreferenze\b|\bustawieni|\bналаштуван|\bнастройк|\binstellingen\b|"
        r"\binställningar\b",
    ),
    _any(
        r"\blegitimate interests?\b|\bberechtigte\w{0,2} interesse|\bintérêts? légitimes?\b|\binterés legítimo\b",
        r"\blegittimo interesse\b|\buzasadnion|\bперсоналізован|\bперсонализирован",
        r"\bpersonali[sz]ed (?:ads?|advertising|content)\b|\bpersonalisierte\b|\bpersonnalisé|"
        r"\bpersonalizad|\bpersonalizzat",
    ),
)
"""What it asks: who wants it, the answer wanted, the choice there is, what for. Two of them are one."""
CONSENT_TITLE: Final = _any(
    r"^before you continue\b|^(?:your |manage )?(?:privacy|cookie|consent) (?:choices|settings|preferences|"
    r"consent|options)\b",
    r"^we value your privacy\b|^bevor (?:sie|du) (?:fort|weiter)|^avant de continuer\b|^antes de continu|"
    r"^prima di continuare\b",
    r"^zanim przejdziesz\b|^voordat (?:je|u) (?:verder|door)|^перш ніж продовжити\b|^прежде чем продолжить\b",
)
