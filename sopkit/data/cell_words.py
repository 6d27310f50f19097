"""Words that people and spreadsheets write in cells, in the languages that are read: months, yes and no, totals, errors."""

import re

SPREADSHEET_ERRORS = frozenset(
    {"#N/A", "#NA", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
    | {"#SAKNAS!", "#SAKNAS", "#REFERENS!", "#VÄRDEFEL!", "#DIVISION/0!", "#NAMN?", "#OGILTIGT!", "#SKÄRNING!"}
)
SPREADSHEET_ERROR = re.compile(r"#[^\W\d_]{2,}(?:/[^\W_]+)?[!?]|#NV|#I/T|#N/D|#N/B")  # as spreadsheets write them in other languages too
TOTAL_LAST = "totals?|totalt|summa|summe|ergebnis|totale|totaal|suma|yhteensä"  # as they stand behind the name of a group too
TOTAL_WORDS = (
    rf"(?:grand |sub|sous-)?(?:{TOTAL_LAST})|totalsumma|sum|delsumma|slutsumma|gesamt|gesamtsumme|zwischensumme|endsumme|insgesamt"
    r"|gesamtergebnis|teilergebnis|total général|totaux|somme|totale complessivo|subtotaal|eindtotaal|i alt|ialt|loppusumma|razem|Σ|∑"
)
_YES, _NO = (
    "true 1 yes ja sant oui vrai wahr si sí vero sim waar kyllä tosi tak prawda verdadero",
    "false 0 no nej falskt non faux nein falsch falso não nee onwaar ei epätosi nie fałsz",
)
TRUE_WORDS, FALSE_WORDS = frozenset(_YES.split()), frozenset(_NO.split())

# Months as people abbreviate and write them, in lower case: English and Swedish, French, German, Spanish, Italian, Portuguese, Dutch,
# Danish and Norwegian, Finnish, Polish. No word means two months; a dot behind an abbreviation is left out.
_MONTHS = (
    "jan januari january janv janvier januar jänner ene enero gen gennaio janeiro tammi tammikuu tammikuuta sty styczeń stycznia",
    "feb februari february févr fév février februar febrero febbraio fev fevereiro helmi helmikuu helmikuuta lut luty lutego",
    "mar mars march mär märz mrz marzo março maart mrt marts maalis maaliskuu maaliskuuta marzec marca",
    "apr april avr avril abr abril aprile huhti huhtikuu huhtikuuta kwi kwiecień kwietnia",
    "maj may mai mayo mag maggio maio mei touko toukokuu toukokuuta maja",
    "jun juni june juin junio giu giugno junho kesä kesäkuu kesäkuuta cze czerwiec czerwca",
    "jul juli july juil juillet julio lug luglio julho heinä heinäkuu heinäkuuta lip lipiec lipca",
    "aug augusti august août aoû ago agosto augustus elo elokuu elokuuta sie sierpień sierpnia",
    "sep september sept septembre septiembre set settembre setembro syys syyskuu syyskuuta wrz wrzesień września",
    "okt oct oktober october octobre octubre ott ottobre out outubro loka lokakuu lokakuuta paź październik października",
    "nov november novembre noviembre novembro marras marraskuu marraskuuta lis listopad listopada",
    "dec december déc décembre dez dezember dic diciembre dicembre dezembro des desember joulu joulukuu joulukuuta gru grudzień grudnia",
)
MONTH_NAMES = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
MONTH_NAME = rf"(?i:{'|'.join(sorted(MONTH_NAMES, key=lambda name: (-len(name), name)))})"
