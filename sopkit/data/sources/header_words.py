"""What the words of a header mean in the words of the contracts: business words of other languages, once for all tables.

Contracts name their columns in English, with Swedish and English aliases. A header in German, French, Spanish, Italian, Dutch,
Danish or Norwegian is put into those English words, each word by itself; German and Dutch compounds are taken apart. Word
order says nothing, as `date de facture` is the invoice date. A word may mean several things: all of them are tried.
"""

from collections.abc import Sequence
from functools import cache
from itertools import islice, product
from unicodedata import combining, normalize

MOST_MEANINGS = 24  # of one header that are tried
SHORTEST_PART = 3  # letters of a part of a compound
OTHERWISE = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "o", "æ": "ae", "å": "a"}
LINKS = ("", "s", "n", "en", "e", "es")  # what joins the parts of a compound
# English words, as contracts use them: the words for them elsewhere, each in small letters.
_MEANINGS = {
    "absence": "abwesenheit fehlzeit absence ausencia assenza verzuim fravær",
    "account": "konto sachkonto compte cuenta conto rekening",
    "active": "aktiv actif activo attivo actief",
    "amount": "betrag wert montant importe importo bedrag beløb beløp valeur",
    "assembly": "baugruppe ensemble assieme samenstelling",
    "available": "verfügbar verfügbare disponible disponibles disponibile disponibili beschikbare beschikbaar",
    "balance": "saldo solde",
    "budget": "budget plan presupuesto begroting",
    "campaign": "kampagne aktion campagne campaña campagna actie kampanje",
    "cancelled": "storniert storno stornierte annulée annulé annulées cancelada cancelado annullata geannuleerd geannuleerde",
    "channel": "kanal vertriebskanal vertriebsweg absatzkanal canal canale kanaal salgskanal",
    "closing": "end schluss clôture cierre chiusura eind",
    "comment": "kommentar bemerkung commentaire comentario commento opmerking",
    "component": "komponente einsatzmaterial bauteil composant componente onderdeel komponent",
    "confirmed": "bestätigt bestätigter bestätigtes confirmée confirmé confirmada confirmado confermata bevestigd bevestigde",
    "cost": "kosten einstand wareneinsatz coût coûts coste costo kostprijs omkostning kostnad",
    "country": "land pays país paese",
    "currency": "währung devise monnaie moneda divisa valuta",
    "customer": "kunde kunden debitor debitoren client clients cliente klant kunde kundenr",
    "date": "datum termin date fecha data dato belegdatum",
    "days": "tage jours días giorni dagen dage",
    "delivered": "geliefert gelieferte livrée livré livrées entregada consegnata geleverd geleverde leveret levert",
    "delivery": "liefer lieferung livraison entrega consegna levering lever",
    "description": "bezeichnung beschreibung description désignation libellé descripción descrizione omschrijving beskrivelse",
    "end": "ende fin fine einde slut slutt",
    "exchange": "wechsel umrechnungs change cambio wissel",
    "factory": "werk fabrik usine fábrica stabilimento fabriek",
    "family": "familie warengruppe produktgruppe artikelgruppe famille gamme familia famiglia artikelgroep productgroep varegruppe",
    "finish": "fertigstellung fertig achèvement",
    "forecast": "prognose absatzprognose prévision pronóstico previsión previsione vooruitzicht",
    "from": "ab von vom seit depuis desde dal vanaf fra",
    "function": "funktion abteilung fonction función funzione afdeling",
    "group": "gruppe groupe grupo gruppo groep",
    "hours": "stunden heures horas ore uren timer",
    "invoice": "rechnung rechnungs faktura fakturierungs facture facturation factura fattura factuur",
    "invoiced": "fakturiert fakturierte berechnet facturée facturé facturada fatturata gefactureerd",
    "item": "artikel material produkt sachnummer teil article produit référence artículo producto referencia articolo prodotto"
    " vare",
    "lead time": "lieferzeit levertijd",
    "lead": "durchlauf vorlauf wiederbeschaffungs délai plazo doorloop",
    "limit": "grenze limite límite grens",
    "line": "position pos zeile ligne línea riga regel linje",
    "lot": "los losgröße lot lote lotto partij",
    "maximum": "maximum höchst maximal maximale máximo massimo",
    "minimum": "mindest minimum minimal minimale mínimo minimo",
    "month": "monat mois mes mese maand måned",
    "name": "name bezeichnung nom dénomination désignation libellé nombre denominación nome denominazione naam omschrijving navn",
    "net price": "verkaufspreis stückpreis verkoopprijs",
    "net": "netto net nette neto netta",
    "note": "notiz remarque nota",
    "number": "nummer nr no n id code numéro número num numero codice código kode schlüssel",
    "opening": "anfangs ouverture inicial iniziale begin",
    "order": "auftrag auftrags bestell bestellung commande pedido ordine order bestelling ordre",
    "delivered quantity": "liefermenge",
    "ordered quantity": "auftragsmenge bestellmenge",
    "ordered": "bestellt bestellte commandée commandé commandées pedida ordinata besteld bestelde bestilt",
    "owner": "verantwortlich verantwortlicher responsable responsabile verantwoordelijke ansvarlig",
    "parent": "ober kopfmaterial père padre",
    "payment": "zahlungs paiement pago pagamento betaling",
    "period": "periode période período periodo",
    "plant": "werk standort usine site planta stabilimento vestiging fabriek",
    "price": "preis prix precio prezzo prijs pris",
    "probability": "wahrscheinlichkeit probabilité probabilidad probabilità waarschijnlijkheid sandsynlighed sannsynlighet",
    "product": "produkt artikel produit producto prodotto",
    "production": "produktion produktions fertigung fertigungs fabrication producción produzione productie",
    "promised": "zugesagt zugesagter zugesagtes promise promis comprometida promessa beloofd beloofde",
    "purchase": "einkauf einkaufs beschaffung achat compra acquisto inkoop",
    "quantity": "menge stückzahl anzahl absatz quantité qté cantidad quantità aantal hoeveelheid mængde antall",
    "rate": "kurs satz taux tipo tasso koers",
    "reason": "grund begründung raison motif motivo reden årsag",
    "receipt": "wareneingang wareneingangs eingang réception recepción ricevimento ontvangst",
    "received": "erhalten reçu reçue recibido ricevuto ontvangen modtaget",
    "region": "region gebiet vertriebsgebiet verkaufsgebiet région región zona regione regio",
    "requested": "wunsch gewünscht gewünschter angefordert demandée demandé souhaitée solicitada richiesta gewenste gevraagde ønsket",
    "resource": "ressource anlage maschine ressource machine recurso máquina risorsa macchina machine",
    "revenue": "umsatz erlös erlöse ca ingresos ventas ricavi fatturato omzet omsætning omsetning",
    "sales": "umsatz ca chiffre_affaires omzet fatturato ventas omsætning omsetning vertriebs verkaufs absatz vente ventes venta vendite"
    " verkoop salg",
    "scrap": "ausschuss rebut desecho scarto uitval",
    "share": "anteil part proporción quota aandeel",
    "ship": "versand expédition envío spedizione verzend",
    "shipped": "versandt versendet ausgeliefert expédiée expédié enviada spedita verzonden",
    "site": "werk standort site usine sitio sito vestiging",
    "source": "quelle source fuente fonte bron kilde",
    "stage": "phase stufe étape etapa fase",
    "standard": "standard estándar",
    "start": "start beginn anfang début inicio inizio begin",
    "status": "status statut état estado stato",
    "stock": "bestand lagerbestand lager vorrat stock existencias giacenza scorta voorraad beholdning lagerbeholdning",
    "strategy": "strategie stratégie estrategia strategia",
    "supplier": "lieferant lieferanten kreditor fournisseur proveedor fornitore leverancier leverandør",
    "supply": "beschaffungs versorgungs approvisionnement suministro approvvigionamento",
    "target": "ziel soll objectif objetivo obiettivo doel",
    "time": "zeit temps délai tiempo plazo tempo tijd tid",
    "to": "bis jusqu hasta fino tot til",
    "unit": "einheit stück unitaire unité unitario unidad unità eenheid enhed enhet",
    "units": "stück einheiten unités unidades unità stuks",
    "valid from": "valable_du valido_dal",
    "valid": "gültig valable válido vigente valido geldig gyldig",
    "value": "wert valeur valor valore waarde",
    "working": "arbeits ouvrés laborables lavorativi werk",
    "year": "jahr année año anno jaar år",
}  # fmt: skip
_SMALL = "de des du d la le les l au aux del della dello di der die das den dem von van het el en e a para fur pour per"
SMALL_WORDS = frozenset(_SMALL.split())


def spellings(word: str) -> tuple[str, ...]:
    """A word in small letters without its accents, and with ae, oe, ue where it has ä, ö, ü."""
    plain = "".join(sign for sign in normalize("NFKD", word.casefold()) if not combining(sign))
    written = "".join(OTHERWISE.get(sign, sign) for sign in word.casefold())
    return tuple(dict.fromkeys([plain, "".join(sign for sign in normalize("NFKD", written) if not combining(sign))]))


def _table() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for english, words in _MEANINGS.items():
        for spelling in dict.fromkeys(spelling for word in (english, *words.split()) for spelling in spellings(word)):
            found.setdefault(spelling, []).append(english)
    return {word: tuple(meanings) for word, meanings in found.items()}


MEANINGS = _table()
ENGLISH = frozenset([*" ".join(_MEANINGS).split(), "nr", "no", "id", "code"])
PAIRS = tuple(word for word in MEANINGS if "_" in word)


@cache
def in_english(header: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    """What a header may mean in English words, small words left out; nothing where a word is not known, or all are English already.

    Args:
        header: its words, in small letters.
    """
    words = _joined([spellings(word)[0] for word in header])
    parts = [part for word in words if word not in SMALL_WORDS for part in (_parts(word) or (word,))]
    is_english = ENGLISH.issuperset(parts) and all(word.isascii() for word in header)
    if is_english or any(part not in MEANINGS for part in parts):
        return ()
    meant = product(*(MEANINGS[part] for part in parts))
    return tuple(dict.fromkeys(frozenset(" ".join(phrases).split()) for phrases in islice(meant, MOST_MEANINGS)))


def _joined(words: Sequence[str]) -> list[str]:
    """The words, those that only mean something together as one: `chiffre_affaires`, whatever small words stand between."""
    joined: list[str] = []
    for word in words:
        before = joined[-1] if joined else ""
        if f"{before}_{word}" in MEANINGS:
            joined[-1] = f"{before}_{word}"
        elif not (word in SMALL_WORDS and any(known.startswith(f"{before}_") and f"{before}_{word}" != known for known in PAIRS)):
            joined.append(word)
    return joined


@cache
def _parts(word: str) -> tuple[str, ...]:
    """The words that a word is, or is made of (`kundennummer`: kunden, nummer); nothing where it is neither."""
    if word in MEANINGS:
        return (word,)
    if word.endswith("s") and word[:-1] in MEANINGS:
        return (word[:-1],)
    for end in range(len(word) - 2, SHORTEST_PART - 1, -1):
        first = next((word[:end].removesuffix(link) for link in LINKS if word[:end].removesuffix(link) in MEANINGS), "")
        if len(first) >= SHORTEST_PART and (rest := _parts(word[end:])):
            return (first, *rest)
    return ()
