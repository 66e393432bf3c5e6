"""The vocabulary of the Citation Style Language.

CSL 1.0.2, appendices III and IV (https://docs.citationstyles.org/en/stable/specification.html).
"""

from __future__ import annotations

CSL_TYPES = tuple(
    """
    article article-journal article-magazine article-newspaper bill book broadcast chapter classic
    collection dataset document entry entry-dictionary entry-encyclopedia event figure graphic
    hearing interview legal_case legislation manuscript map motion_picture musical_score pamphlet
    paper-conference patent performance periodical personal_communication post post-weblog
    regulation report review review-book software song speech standard thesis treaty webpage
    """.split()  # noqa: SIM905 - a list of words
)
CSL_TEXTS = tuple(
    """
    abstract annote archive archive_collection archive_location archive-place authority call-number
    chapter-number citation-key citation-label citation-number collection-number collection-title
    container-title container-title-short dimensions division DOI edition event event-title
    event-place first-reference-note-number genre ISBN ISSN issue journalAbbreviation jurisdiction
    keyword language license locator medium note number number-of-pages number-of-volumes
    original-publisher original-publisher-place original-title page page-first part-number
    part-title PMCID PMID printing-number publisher publisher-place references reviewed-genre
    reviewed-title scale section shortTitle source status supplement-number title title-short URL
    version volume volume-title volume-title-short year-suffix
    """.split()  # noqa: SIM905 - a list of words
)
CSL_NAMES = tuple(
    """
    author chair collection-editor compiler composer container-author contributor curator director
    editor editorial-director editor-translator executive-producer guest host illustrator
    interviewer narrator organizer original-author performer producer recipient reviewed-author
    script-writer series-creator translator
    """.split()  # noqa: SIM905 - a list of words
)
CSL_DATES = ("accessed", "available-date", "event-date", "issued", "original-date", "submitted")
