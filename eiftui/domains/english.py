"""Plain English statements, denied and hedged, slots and all; with a reason where no rule fits, rather than nonsense.

The rules know the forms that the built-in domains are written in: "X is a Y", "X belongs to Y", "All Xs have a Y",
"Whenever X happens, it causes Y to happen". They find the one verb that a denial or a hedge belongs to, and where
several may be meant they find none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from eiftui.errors import InputError

BE = {"is": "be", "are": "be", "was": "have been", "were": "have been"}
MODALS = {
    "can": "might be able to",
    "could": "might be able to",
    **dict.fromkeys(("will", "would", "should", "must", "may", "might"), "might"),
}
HAVE = {"has": ("does not have", "have"), "have": ("do not have", "have"), "had": ("did not have", "have had")}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VERBS = _words(
    """belongs contains includes prevents implies requires consists follows exists happens becomes remains knows
    believes thinks says owns hates eats grows depends speaks teaches gives gets keeps sees hears goes comes
    swims"""
)
"""Looked for after any subject, as none is often a noun. After a slot or a pronoun, a word that ends in s is a verb."""
NO_VERBS = _words("as its his us this always perhaps sometimes towards has does series")
"""Words that end in s and are none."""
OPENERS = _words(
    """a an the this that these those every each all any some no not most many few several both half another
    other one two three four five six seven eight nine ten eleven twelve it he she they we you there here his
    her its their my our your nobody somebody everybody nothing something everything someone everyone in on at
    under over near after before during when whenever if"""
)
"""Words that start with a small letter inside a sentence. Any other may be a name."""
QUANTIFIERS = _words(
    """all every each any some no not most many few several both half only nobody nothing none neither somebody
    something everybody everything never hardly"""
)
"""Denying the verb after one of these does not deny the statement."""

_STOP = re.compile(r"\s*[.!…]*$")
_SAID = re.compile(r"it is (false|not true|unlikely|true|certain|likely|probable|possible) that (.+)", re.I)
_CONDITION = re.compile(r"(?P<when>(?:whenever|when|if)\b[^,]*, (?:then )?)(?P<then>[^,]+)", re.I)
_OBSCURE = re.compile(
    r"[,;:]|\sthat\b|\b(?:which|who|whom|whose|what|where|whenever|when|if|whether|because|while|until|since|before|after"
    r"|unless|although|always|often|usually|sometimes|never|rarely|seldom|hardly)\b",
    re.I,
)
"""Before a verb: it may be that of a clause within, or denying it would deny too much."""
_JOINED = re.compile(r"\b(?:and|or|but|because|if|unless|although|while|whenever|when|until|so)\b|;")
_DETERMINED = re.compile(r"(?:^|\s)(?:an?|the|this|that|these|those|his|her|its|their|my|our|your)\s$", re.I)
_AUXILIARY = re.compile(rf"(?<=\s)(?:(cannot)|({'|'.join((*BE, *MODALS))})( not)?)(?=\s)")
_HAVE = re.compile(r"(?<=\s)(has|have|had)(?= (?:an?|the|some|two|three|four|five|many|few|\d+)\s| \{)")
_DO = re.compile(r"(?<=\s)(does|do) not ([a-z]+)\b")
_LEXICAL = re.compile(
    rf"(?:(?<=\}} )|(?<=\b[Ii]t )|(?<=\b[Hh]e )|(?<=\b[Ss]he )|(?<=\s)(?=(?:{'|'.join(VERBS)})\b))([a-z]+s)\b"
)


@dataclass(frozen=True)
class Form:
    """Another way to put a statement."""

    sentence: str
    note: str
    """Which way, in a word or two."""


@dataclass(frozen=True)
class _Verb:
    """Where a statement's verb stands, and what stands there when it is denied and when it is hedged."""

    start: int
    end: int
    denied: str
    hedged: str


def denials(sentence: str) -> tuple[Form, ...]:
    """Statements that deny a statement, the plainest first. Raises InputError with the reason if there is none."""
    return _forms(sentence, _denied, "It is false that")


def hedges(sentence: str) -> tuple[Form, ...]:
    """Statements that say the same with less confidence. Raises InputError with the reason if there is none."""
    if re.search(r"\b(?:might|may|perhaps|maybe|possibly|possible that)\b", sentence):
        raise InputError("it is hedged already")
    return _forms(sentence, _hedged, "It is possible that")


def article(noun: str) -> str:
    """The indefinite article that a noun takes, as it is spelled. Made-up words take "a"."""
    return "an" if noun[:1].lower() in tuple("aeiou") else "a"


def _forms(sentence: str, in_place: Callable[[str], list[Form]], opening: str) -> tuple[Form, ...]:
    """Forms that change the statement, and the one that puts words before it."""
    stop = _STOP.search(sentence)
    body, end = (sentence[: stop.start()], stop[0]) if stop else (sentence, "")
    _check(body)
    forms = in_place(body)
    inside = None if _SAID.fullmatch(body) else _inside(body)
    if inside is not None:
        forms.append(Form(f"{opening} {inside}", "as a whole"))
    if not forms:
        first = body.split()[0]
        name = "" if first.startswith("{") else f", and nothing can be put before {first!r}, which may be a name"
        raise InputError(f"no rule finds its verb{name}")
    return tuple(Form(_capital(form.sentence) + end, form.note) for form in forms)


def _check(body: str) -> None:
    """Raises InputError where it is not one statement."""
    if body.endswith("?"):
        raise InputError("a question states nothing")
    if len(body.split()) < 3:
        raise InputError("a word or two state nothing")
    if re.search(r"[.!?]\s", body):
        raise InputError("it is more than one sentence: put || between them")
    clause = _clause(body)[1]
    verb = _verb(clause)
    joined = _JOINED.search(clause, verb.end if verb else 0)
    if joined and (verb or joined[0] not in ("and", "or")):
        raise InputError(f"{joined[0]!r} joins two statements: which is meant is not clear")


def _denied(body: str) -> list[Form]:
    said = _SAID.fullmatch(body)
    if said and said[1].lower() in ("false", "not true"):
        return [Form(said[2], "as it is")]
    if said:
        return [Form(f"It is not {said[1].lower()} that {said[2]}", "not")]
    return _opposites(body) or _with_verb(body, lambda verb: verb.denied, QUANTIFIERS)


def _hedged(body: str) -> list[Form]:
    said = _SAID.fullmatch(body)
    if said and said[1].lower() in ("false", "not true", "unlikely"):
        return [Form(f"It might be {said[1].lower()} that {said[2]}", "might")]
    if said:
        return [Form(f"It is possible that {said[2]}", "possible")]
    return _with_verb(body, lambda verb: verb.hedged, QUANTIFIERS - {"all", "every", "each", "some", "most"})


def _opposites(body: str) -> list[Form]:
    """Of statements about all, some or none."""
    first, _, rest = body.partition(" ")
    negative = re.search(r"\b(?:not|no|cannot|never)\b", rest)
    counted = not re.match(r"(?:of|the|this|these|those|my|our|your|his|her|their)\b", rest)
    match first.lower():
        case "all" | "every":
            none = [Form(f"no {rest}", "none")] if counted and not negative else []
            return [Form(f"not {first.lower()} {rest}", "not all"), *none]
        case "not" if rest.startswith(("all ", "every ")):
            return [Form(rest, "all")]
        case "no" if counted and not negative:
            return [Form(f"some {rest}", "some")]
        case "some" if counted and not negative:
            return [Form(f"no {rest}", "none")]
    return []


def _with_verb(body: str, instead: Callable[[_Verb], str], unlike: frozenset[str]) -> list[Form]:
    """With another verb in its place. Statements that start with a word of `unlike` do not follow the rule."""
    condition, clause = _clause(body)
    verb = _verb(clause)
    if verb is None or clause.split()[0].lower() in unlike:
        return []
    changed = f"{condition}{clause[: verb.start]}{instead(verb)}{clause[verb.end :]}"
    return [Form(changed, next((word for word in ("might", "not") if word in instead(verb)), "without not"))]


def _clause(body: str) -> tuple[str, str]:
    """The condition that a statement begins with, and the statement under it."""
    found = _CONDITION.fullmatch(body)
    return (found["when"], found["then"]) if found else ("", body)


def _verb(clause: str) -> _Verb | None:
    """The verb of a clause: the first word that may be one; None if it may be that of a clause within the clause."""
    first = min(_verbs(clause), key=lambda verb: verb.start, default=None)
    return None if first is None or _OBSCURE.search(clause, 0, first.start) else first


def _verbs(clause: str) -> Iterator[_Verb]:
    for pattern, verb_of in ((_AUXILIARY, _auxiliary), (_HAVE, _have), (_DO, _do), (_LEXICAL, _lexical)):
        for found in pattern.finditer(clause):
            if not _DETERMINED.search(clause, 0, found.start()) and (verb := verb_of(found)):
                yield verb


def _auxiliary(found: re.Match[str]) -> _Verb:
    word = "can" if found[1] else found[2]
    negative = bool(found[1] or found[3])
    denied = word if negative else "cannot" if word == "can" else f"{word} not"
    hedged = f"might {BE[word]}" if word in BE else MODALS[word]
    return _Verb(*found.span(), denied, hedged.replace("might", "might not", negative))


def _have(found: re.Match[str]) -> _Verb:
    denied, base = HAVE[found[1]]
    return _Verb(*found.span(), denied, f"might {base}")


def _do(found: re.Match[str]) -> _Verb:
    return _Verb(*found.span(), found[2] if found[1] == "do" else _third_person(found[2]), f"might not {found[2]}")


def _lexical(found: re.Match[str]) -> _Verb | None:
    """A verb in the third person; none where it is another word, such as the noun in "The {A} lens is"."""
    verb, rest = found[1], found.string[found.end() :]
    if verb in NO_VERBS or verb.endswith(("ss", "us", "is")) or _AUXILIARY.match(rest, 1) or _HAVE.match(rest, 1):
        return None
    return _Verb(*found.span(), f"does not {_base(verb)}", f"might {_base(verb)}")


def _base(verb: str) -> str:
    """Without the s of the third person: `feeds`, `teaches`, `carries`, `dies`."""
    if verb.endswith("ies") and len(verb) > 4:
        return verb[:-3] + "y"
    return verb[:-2] if verb.endswith(("sses", "xes", "zzes", "ches", "shes", "oes")) else verb[:-1]


def _third_person(base: str) -> str:
    if base == "have":
        return "has"
    if base.endswith("y") and base[-2:-1] not in tuple("aeiou"):
        return base[:-1] + "ies"
    return base + ("es" if base.endswith(("ss", "x", "zz", "ch", "sh", "o")) else "s")


def _inside(body: str) -> str | None:
    """A statement as it stands inside a sentence; None where that cannot be told, or it may be no English."""
    first = body.split()[0]
    if first.startswith("{"):
        return body if _verb(body) or OPENERS & set(body.split()) else None
    return body[:1].lower() + body[1:] if first.lower().rstrip(",") in OPENERS else None


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
