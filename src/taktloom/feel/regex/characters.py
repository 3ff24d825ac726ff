# SPDX-License-Identifier: Apache-2.0
"""Sets of characters: multi-character escapes, general categories and blocks."""

import unicodedata
from collections.abc import Callable

__all__ = ["CharacterSet", "category_set", "escape_set", "variants"]

CharacterSet = Callable[[str], bool]

_CATEGORIES = frozenset(
    {"L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "Z", "Zs", "Zl", "Zp"}
    | {"P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "C", "Cc", "Cf", "Co", "Cn"}
)
_BLOCKS_TEXT = """
BasicLatin 0 7F|Latin-1Supplement 80 FF|LatinExtended-A 100 17F|LatinExtended-B 180 24F|IPAExtensions 250 2AF
SpacingModifierLetters 2B0 2FF|CombiningDiacriticalMarks 300 36F|Greek 370 3FF|GreekandCoptic 370 3FF|Cyrillic 400 4FF
CyrillicSupplement 500 52F|Armenian 530 58F|Hebrew 590 5FF|Arabic 600 6FF|Syriac 700 74F|ArabicSupplement 750 77F
Thaana 780 7BF|NKo 7C0 7FF|Samaritan 800 83F|Mandaic 840 85F|Devanagari 900 97F|Bengali 980 9FF|Gurmukhi A00 A7F
Gujarati A80 AFF|Oriya B00 B7F|Tamil B80 BFF|Telugu C00 C7F|Kannada C80 CFF|Malayalam D00 D7F|Sinhala D80 DFF
Thai E00 E7F|Lao E80 EFF|Tibetan F00 FFF|Myanmar 1000 109F|Georgian 10A0 10FF|HangulJamo 1100 11FF|Ethiopic 1200 137F
Cherokee 13A0 13FF|UnifiedCanadianAboriginalSyllabics 1400 167F|Ogham 1680 169F|Runic 16A0 16FF|Tagalog 1700 171F
Hanunoo 1720 173F|Buhid 1740 175F|Tagbanwa 1760 177F|Khmer 1780 17FF|Mongolian 1800 18AF|Limbu 1900 194F|TaiLe 1950 197F
KhmerSymbols 19E0 19FF|PhoneticExtensions 1D00 1D7F|LatinExtendedAdditional 1E00 1EFF|GreekExtended 1F00 1FFF
GeneralPunctuation 2000 206F|SuperscriptsandSubscripts 2070 209F|CurrencySymbols 20A0 20CF
CombiningMarksforSymbols 20D0 20FF|CombiningDiacriticalMarksforSymbols 20D0 20FF|LetterlikeSymbols 2100 214F
NumberForms 2150 218F|Arrows 2190 21FF|MathematicalOperators 2200 22FF|MiscellaneousTechnical 2300 23FF
ControlPictures 2400 243F|OpticalCharacterRecognition 2440 245F|EnclosedAlphanumerics 2460 24FF|BoxDrawing 2500 257F
BlockElements 2580 259F|GeometricShapes 25A0 25FF|MiscellaneousSymbols 2600 26FF|Dingbats 2700 27BF
MiscellaneousMathematicalSymbols-A 27C0 27EF|SupplementalArrows-A 27F0 27FF|BraillePatterns 2800 28FF
SupplementalArrows-B 2900 297F|MiscellaneousMathematicalSymbols-B 2980 29FF|SupplementalMathematicalOperators 2A00 2AFF
MiscellaneousSymbolsandArrows 2B00 2BFF|CJKRadicalsSupplement 2E80 2EFF|KangxiRadicals 2F00 2FDF
IdeographicDescriptionCharacters 2FF0 2FFF|CJKSymbolsandPunctuation 3000 303F|Hiragana 3040 309F|Katakana 30A0 30FF
Bopomofo 3100 312F|HangulCompatibilityJamo 3130 318F|Kanbun 3190 319F|BopomofoExtended 31A0 31BF
KatakanaPhoneticExtensions 31F0 31FF|EnclosedCJKLettersandMonths 3200 32FF|CJKCompatibility 3300 33FF
CJKUnifiedIdeographsExtensionA 3400 4DBF|YijingHexagramSymbols 4DC0 4DFF|CJKUnifiedIdeographs 4E00 9FFF
YiSyllables A000 A48F|YiRadicals A490 A4CF|HangulSyllables AC00 D7AF|PrivateUse E000 F8FF|PrivateUseArea E000 F8FF
CJKCompatibilityIdeographs F900 FAFF|AlphabeticPresentationForms FB00 FB4F|ArabicPresentationForms-A FB50 FDFF
VariationSelectors FE00 FE0F|CombiningHalfMarks FE20 FE2F|CJKCompatibilityForms FE30 FE4F|SmallFormVariants FE50 FE6F
ArabicPresentationForms-B FE70 FEFF|HalfwidthandFullwidthForms FF00 FFEF|Specials FFF0 FFFF
LinearBSyllabary 10000 1007F|OldItalic 10300 1032F|Gothic 10330 1034F|Deseret 10400 1044F
MathematicalAlphanumericSymbols 1D400 1D7FF|MusicalSymbols 1D100 1D1FF|Emoticons 1F600 1F64F
MiscellaneousSymbolsandPictographs 1F300 1F5FF|TransportandMapSymbols 1F680 1F6FF
CJKUnifiedIdeographsExtensionB 20000 2A6DF|CJKCompatibilityIdeographsSupplement 2F800 2FA1F
"""


def _blocks() -> dict[str, tuple[int, int]]:
    entries = (entry.split() for line in _BLOCKS_TEXT.split("\n") for entry in line.split("|") if entry)
    return {name: (int(first, 16), int(last, 16)) for name, first, last in entries}


_BLOCKS = _blocks()


def category_set(name: str) -> CharacterSet | None:
    """The set of `\\p{name}`: a general category or `Is` and a block; None for an unknown name."""
    if name.startswith("Is"):
        block = _BLOCKS.get(name[2:])
        if block is None:
            return None
        first, last = block
        return lambda character: first <= ord(character) <= last
    if name not in _CATEGORIES:
        return None
    return lambda character: unicodedata.category(character).startswith(name)


def _is_space(character: str) -> bool:
    return character in " \t\n\r"


def _is_digit(character: str) -> bool:
    return unicodedata.category(character) == "Nd"


def _is_word(character: str) -> bool:
    return unicodedata.category(character)[0] not in "PZC"


def _is_initial(character: str) -> bool:
    return character in ":_" or unicodedata.category(character)[0] == "L" or unicodedata.category(character) == "Nl"


def _is_name_character(character: str) -> bool:
    return _is_initial(character) or character in "-.\u00b7" or unicodedata.category(character) in {"Nd", "Mn", "Mc"}


_ESCAPES: dict[str, CharacterSet] = {
    "s": _is_space,
    "d": _is_digit,
    "w": _is_word,
    "i": _is_initial,
    "c": _is_name_character,
}


def escape_set(letter: str) -> CharacterSet | None:
    """The set of a multi-character escape such as `\\d`; capital letters are complements; None for other letters."""
    found = _ESCAPES.get(letter.lower())
    if found is None or letter == letter.lower():
        return found
    return lambda character: not found(character)


def variants(character: str) -> frozenset[str]:
    """The character and its case variants, for the flag `i`."""
    forms = {character, character.lower(), character.upper(), character.lower().upper(), character.upper().lower()}
    return frozenset(form for form in forms if len(form) == 1)
