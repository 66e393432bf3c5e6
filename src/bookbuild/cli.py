"""The terminal: arguments, progress, findings, exit status. Decides nothing about books."""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from bookbuild import __version__
from bookbuild.config import Project, Settings, Untranslated
from bookbuild.diagnostics import (
    BookbuildError,
    BookError,
    Diagnostic,
    EnvironmentFailure,
    InternalFault,
    Severity,
    UsageError,
)

EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143
_VALUES_BETWEEN_SEARCHES = 200_000
MANY = 20
"""Findings of one code in one file that are printed for people."""


class Interrupted(BaseException):
    """SIGTERM arrived. Not an Exception, so that nothing on the way swallows it."""


class Progress:
    """Lines on stderr: one that is rewritten on a terminal, plain ones elsewhere, none when quiet."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.live = sys.stderr.isatty() and not quiet
        self._open_line = False

    def __call__(self, stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
        """Show that ``detail`` of ``stage`` is being done; ``done`` of ``total`` units where known."""
        if self.quiet:
            return
        count = f" {done}/{total}" if total else ""
        line = f"{stage:<10}{count:>8}  {detail}".rstrip()
        if self.live:
            sys.stderr.write(f"\r\x1b[K{line[:100]}")
            self._open_line = True
        else:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def say(self, text: str) -> None:
        """Print a line that stays, unless quiet."""
        self.close()
        if not self.quiet:
            click.echo(text, err=True)

    def close(self) -> None:
        """End the line that is being rewritten."""
        if self._open_line:
            sys.stderr.write("\r\x1b[K")
            self._open_line = False


def show(diagnostics: Sequence[Diagnostic], *, as_json: bool = False) -> None:
    """Print findings: to stderr for people, to stdout as JSON for machines."""
    if as_json:
        click.echo(json.dumps([_as_data(finding) for finding in diagnostics], ensure_ascii=False, indent=1))
        return
    shown: Counter[tuple[str, str]] = Counter()
    for finding in diagnostics:
        kind = (finding.place.path, finding.code)
        shown[kind] += 1
        if shown[kind] <= MANY:
            click.echo(str(finding), err=True)
    for (path, code), count in shown.items():
        if count > MANY:
            click.echo(f"{path}: {count - MANY} more of [{code}]; --json lists all", err=True)
    errors = sum(finding.severity is Severity.ERROR for finding in diagnostics)
    warnings = sum(finding.severity is Severity.WARNING for finding in diagnostics)
    if errors or warnings:
        counted = [
            f"{count} {word}{'s' if count != 1 else ''}"
            for count, word in ((errors, "error"), (warnings, "warning"))
            if count
        ]
        click.echo(", ".join(counted), err=True)


def _as_data(finding: Diagnostic) -> dict[str, object]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "file": finding.place.path,
        "line": finding.place.line,
        "column": finding.place.column,
        "message": finding.message,
        "hint": finding.hint,
    }


class LanguageList(click.ParamType[tuple[str, ...]]):
    """``en``, ``en,az`` or ``all``."""

    name = "CODES"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        codes = tuple(dict.fromkeys(code.strip() for code in str(value).split(",") if code.strip()))
        if not codes:
            self.fail("name a language, several separated by commas, or “all”", param, ctx)
        return codes


LANG = click.option(
    "--lang",
    "languages",
    type=LanguageList(),
    default="all",
    show_default=True,
    help="A language, several separated by commas, or “all”.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print findings as JSON on standard output.")
STRICT = click.option("--strict", is_flag=True, help="Treat warnings as errors.")
DOCUMENTS = click.option(
    "--documents",
    type=click.Path(path_type=Path),
    help="Folder of the documents that were read: every claim's extract is looked up there.",
)
JOBS = click.option(
    "--jobs", "-j", type=click.IntRange(1, 64), help="Worker processes; by default one per core."
)
UNIT_SECONDS = click.option(
    "--unit-seconds",
    type=click.IntRange(1),
    default=Settings().unit_seconds,
    show_default=True,
    help="Computing time that laying out one chapter may take.",
)
UNIT_MEGABYTES = click.option(
    "--unit-megabytes",
    type=click.IntRange(256),
    default=Settings().unit_megabytes,
    show_default=True,
    help="Memory (address space) of one worker process.",
)
NO_CACHE = click.option(
    "--no-cache", "use_cache", flag_value=False, default=True, help="Use and keep nothing of other runs."
)


def _remember_cache(context: click.Context, _option: click.Parameter, folder: Path | None) -> None:
    context.meta[_CACHE_FOLDER] = folder


_CACHE_FOLDER = "bookbuild.cache"
CACHE_AT = click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    expose_value=False,
    callback=_remember_cache,
    help="Keep laid-out units in DIR. Default: bookbuild/ in your cache folder.",
)


def CACHE(command: Callable[..., Any]) -> Callable[..., Any]:  # noqa: N802 - stands among its likes
    """Add the options about the cache."""
    return CACHE_AT(NO_CACHE(command))


SCHEDULER = click.option(
    "--scheduler",
    default="",
    metavar="ADDRESS",
    help="Lay out with the workers of a Dask scheduler, such as tcp://10.0.0.5:8786, for many books.",
)
UNTRANSLATED = click.option(
    "--untranslated",
    type=click.Choice([policy.value for policy in Untranslated]),
    default=Untranslated.MARK.value,
    show_default=True,
    help="Messages without a finished translation: refuse, print the source text marked, or print it.",
)


def _cache_folder() -> Path | None:
    """Return the folder asked for, or the platform's for caches, or nothing where there is no home."""
    asked = click.get_current_context().meta.get(_CACHE_FOLDER)
    if asked:
        return Path(asked)
    named = os.environ.get("BOOKBUILD_CACHE") or os.environ.get("XDG_CACHE_HOME")
    if named:
        return Path(named) / "bookbuild"
    home = os.environ.get("HOME")
    return Path(home) / ".cache" / "bookbuild" if home and Path(home).is_dir() else None


def _epoch() -> int | None:
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not text:
        return None
    if not text.isdecimal():
        raise UsageError(f"SOURCE_DATE_EPOCH is not a number of seconds: {text!r}")
    return int(text)


class Run:
    """What every command needs of the words before it."""

    def __init__(self, root: Path, *, quiet: bool, debug: bool) -> None:
        self.project = Project(root)
        self.progress = Progress(quiet=quiet)
        self.debug = debug

    def settings(
        self,
        *,
        jobs: int | None = None,
        scheduler: str = "",
        use_cache: bool = True,
        strict: bool = False,
        untranslated: str = Untranslated.MARK.value,
        documents: Path | None = None,
        unit_seconds: int = Settings().unit_seconds,
        unit_megabytes: int = Settings().unit_megabytes,
        proof: bool = False,
        facing: str = "",
    ) -> Settings:
        """Collect the options of a run."""
        return Settings(
            jobs=jobs or len(os.sched_getaffinity(0)),
            scheduler=scheduler,
            unit_seconds=unit_seconds,
            unit_megabytes=unit_megabytes,
            cache=_cache_folder() if use_cache else None,
            strict=strict,
            untranslated=Untranslated(untranslated),
            documents=documents,
            proof=proof,
            facing=facing,
            epoch=_epoch(),
        )


pass_run = click.make_pass_decorator(Run)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit status: 0 done, 1 the book has errors, 2 misused, 3 the environment failed, 4 a fault of "
    "ours, 130 interrupted. Shell completion: bookbuild completion --help.",
)
@click.option(
    "-C",
    "root",
    type=click.Path(path_type=Path),
    default=".",
    metavar="DIR",
    help="Work on the book in DIR (the folder that holds book/). Default: here.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress; only findings.")
@click.option("--debug", is_flag=True, help="Show tracebacks of our own faults.")
@click.version_option(__version__, prog_name="bookbuild")
@click.pass_context
def cli(context: click.Context, root: Path, quiet: bool, debug: bool) -> None:
    """Build printable bilingual reference books whose figures are claims with sources.

    \b
    Begin with:
      bookbuild new my-book        a small complete book to start from
      bookbuild -C my-book check   everything that can be wrong, all at once
      bookbuild -C my-book pdf     its PDFs, in dist/
    """
    context.obj = Run(root, quiet=quiet, debug=debug)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@pass_run
def new(run: Run, folder: Path) -> None:
    """Make a small, complete bilingual book in FOLDER.

    It builds at once and shows one of everything. FOLDER must not exist, or be empty.

    \b
    Example:
      bookbuild new mountain && bookbuild -C mountain pdf --lang all
    """
    from bookbuild.build import manuscript

    manuscript.new_book(folder)
    run.progress.say(f"{folder}: a new book. Next: bookbuild -C {folder} pdf")


@cli.command()
@LANG
@STRICT
@DOCUMENTS
@JSON
@pass_run
def check(run: Run, languages: tuple[str, ...], strict: bool, documents: Path | None, as_json: bool) -> None:
    """Report everything that is wrong with the book, at once.

    Reads all files, checks references, figures and catalogs. Typesets nothing, writes nothing.

    \b
    Examples:
      bookbuild check
      bookbuild check --strict --documents ../documents
    """
    from bookbuild.build import manuscript

    settings = run.settings(strict=strict, documents=documents)
    findings = manuscript.check_book(run.project, languages, settings, run.progress)
    _findings(run, findings, as_json=as_json)


def _findings(run: Run, findings: Sequence[Diagnostic], *, as_json: bool) -> None:
    run.progress.close()
    show(findings, as_json=as_json)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise click.exceptions.Exit(BookError.exit_status)
    run.progress.say("no errors")


@cli.command()
@LANG
@STRICT
@UNTRANSLATED
@JOBS
@SCHEDULER
@CACHE
@UNIT_SECONDS
@UNIT_MEGABYTES
@click.option(
    "--proof",
    is_flag=True,
    help="A translator's proof: message numbers in the margin, what is not finished shaded.",
)
@click.option(
    "--facing",
    default="",
    metavar="CODE",
    help="One PDF with two languages on facing pages: --lang on the left ones, CODE on the right ones. "
    "The preview, dist and --proof are of one language each.",
)
@pass_run
def pdf(
    run: Run,
    languages: tuple[str, ...],
    strict: bool,
    untranslated: str,
    jobs: int | None,
    scheduler: str,
    use_cache: bool,
    unit_seconds: int,
    unit_megabytes: int,
    proof: bool,
    facing: str,
) -> None:
    """Build the book's PDFs into dist/, one per language, or one with two languages on facing pages.

    \b
    Examples:
      bookbuild pdf --lang en
      bookbuild pdf --lang en,az
      bookbuild -C ../other-book -q pdf --lang all
      bookbuild pdf --lang tr --proof
      bookbuild pdf --lang en --facing az
    """
    from bookbuild.build import standing

    settings = run.settings(
        jobs=jobs,
        scheduler=scheduler,
        use_cache=use_cache,
        strict=strict,
        untranslated=untranslated,
        unit_seconds=unit_seconds,
        unit_megabytes=unit_megabytes,
        proof=proof,
        facing=facing,
    )
    result = standing.build_pdfs(run.project, languages, settings, run.progress)
    _report(run, result.findings, result.lines)


@cli.command()
@LANG
@STRICT
@UNTRANSLATED
@pass_run
def html(run: Run, languages: tuple[str, ...], strict: bool, untranslated: str) -> None:
    """Build the localized book as one self-contained HTML page per language, into dist/.

    \b
    Example:
      bookbuild html --lang az
    """
    from bookbuild.build import editions

    settings = run.settings(strict=strict, untranslated=untranslated)
    result = editions.build_html(run.project, languages, settings, run.progress)
    _report(run, result.findings, result.lines)


@cli.command()
@LANG
@click.option(
    "--pdfx",
    type=click.Choice(["4", "1a"]),
    default="4",
    show_default=True,
    help="Kind of the files for print: PDF/X-4, or PDF/X-1a without any transparency.",
)
@click.option(
    "--booklet",
    type=click.Choice(["auto", "saddle", "sections"]),
    is_flag=False,
    flag_value="auto",
    default=None,
    help="Also a proof for office paper: all in one fold, in sections of 16 pages, or by thickness.",
)
@click.option("--verify", is_flag=True, help="Only compare what is there with its sums and the book.")
@STRICT
@UNTRANSLATED
@JOBS
@CACHE
@pass_run
def dist(
    run: Run,
    languages: tuple[str, ...],
    pdfx: str,
    booklet: str | None,
    verify: bool,
    strict: bool,
    untranslated: str,
    jobs: int | None,
    use_cache: bool,
) -> None:
    """Make the print-ready distribution: files for printer, archive, website and trade.

    It lies in dist/<book>-<edition>/ and has exactly the languages asked for. It is checked like
    preflight checks; with an error, or interrupted, nothing changes.

    \b
    Examples:
      bookbuild dist
      bookbuild dist --lang az --pdfx 1a --booklet
      bookbuild dist --verify
    """
    from bookbuild.build import distribution

    if verify:
        folder, findings = distribution.verify(run.project, run.progress)
        run.progress.close()
        show(findings)
        if findings:
            raise click.exceptions.Exit(BookError.exit_status)
        run.progress.say(f"{folder}: whole, and made of the book as it is")
        return
    settings = run.settings(jobs=jobs, use_cache=use_cache, strict=strict, untranslated=untranslated)
    wishes = distribution.Wishes(f"X-{pdfx}", booklet or "")
    result = distribution.build_distribution(run.project, languages, settings, wishes, run.progress)
    _report(run, result.findings, result.lines)


def _list_codes(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        from bookbuild.build import distribution

        for code, meaning in distribution.CODES.items():
            click.echo(f"{code}  {meaning}")
        context.exit()


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--for",
    "purpose",
    type=click.Choice(["print", "screen", "archive"]),
    default=None,
    help="What the file is for. By default what it calls itself: PDF/A, PDF/UA, else print.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON on standard output, with pages and measures.")
@click.option(
    "--codes",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_codes,
    help="List every code of preflight and dist, and what it stands for.",
)
@pass_run
def preflight(run: Run, file: Path, purpose: str | None, as_json: bool) -> None:
    """Report what a printer, an archive or a reader would object to, on any PDF.

    Exit status 1 if there are errors.

    \b
    Examples:
      bookbuild preflight dist/my-book-first-edition/en/interior-print.pdf
      bookbuild preflight --for print --json advertisement.pdf
    """
    from bookbuild.build import distribution

    findings = distribution.preflight_file(file, purpose or "")
    if as_json:
        click.echo(json.dumps([one.as_data() for one in findings], ensure_ascii=False, indent=1))
    else:
        show([one.as_diagnostic(str(file)) for one in findings])
    if any(one.severity is Severity.ERROR for one in findings):
        raise click.exceptions.Exit(BookError.exit_status)
    run.progress.say("no errors")


@cli.command()
@LANG
@JOBS
@CACHE
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port on 127.0.0.1. Default: 8765, or any free one."
)
@click.option("--open", "open_browser", is_flag=True, help="Open the browser, too.")
@pass_run
def preview(
    run: Run,
    languages: tuple[str, ...],
    jobs: int | None,
    use_cache: bool,
    port: int | None,
    open_browser: bool,
) -> None:
    """Show the book in the browser while it is written and translated, until Ctrl-C.

    Follows book/, locales/ and styles/: what was changed is set anew and shown at once, at the
    reader's place, with findings beside the page and a way from each page to its line. Mistakes
    leave the last good pages standing. Serves this machine only, and publishes nothing.

    \b
    Examples:
      bookbuild preview --open
      bookbuild preview --lang en,az --port 9000
    """
    try:
        from bookbuild.preview import session
    except ModuleNotFoundError as missing:
        raise EnvironmentFailure(
            f"the preview needs {missing.name}; run: pip install 'bookbuild[preview]'"
        ) from missing

    settings = run.settings(jobs=jobs, use_cache=use_cache)
    session.preview(run.project, languages, settings, run.progress.say, port=port, open_browser=open_browser)


def _report(run: Run, findings: Sequence[Diagnostic], lines: Sequence[str]) -> None:
    run.progress.close()
    show(findings)
    for line in lines:
        run.progress.say(line)


@cli.command()
@CACHE_AT
@pass_run
def clean(run: Run) -> None:
    """Empty the cache. What stands in dist/ stays; the next build lays everything out anew.

    \b
    Example:
      bookbuild clean
    """
    from bookbuild.build import standing

    settings = run.settings()
    if settings.cache is None:
        run.progress.say("there is no cache: no home folder to keep it in")
        return
    run.progress.say(f"{settings.cache}: {standing.empty_cache(settings) / 1e6:.1f} MB removed")


@cli.group()
def catalog() -> None:
    """Keep the translators' catalogs, with gettext's verbs.

    \b
    A new language:           bookbuild catalog init --lang tr
    After the book changed:   bookbuild catalog update
    What is left to do:       bookbuild catalog stats
    """


TARGETS = click.option(
    "--lang",
    "-l",
    "languages",
    type=LanguageList(),
    default="all",
    show_default=True,
    help="A language, several separated by commas, or “all” that have a catalog.",
)


@catalog.command()
@pass_run
def extract(run: Run) -> None:
    """Write the template dist/book.pot; bookbuild's own verbs do not need it."""
    from bookbuild.build import catalogs

    result = catalogs.extract_template(run.project, run.settings(), run.progress)
    _report(run, result.findings, result.lines)


@catalog.command()
@click.option("--lang", "-l", "languages", type=LanguageList(), required=True, help="The new language.")
@pass_run
def init(run: Run, languages: tuple[str, ...]) -> None:
    """Begin the catalog of a language; the next “pdf --lang” builds it, marked as incomplete.

    \b
    Example:
      bookbuild catalog init --lang tr
    """
    from bookbuild.build import catalogs

    result = catalogs.init_catalogs(run.project, languages, run.settings(), run.progress)
    _report(run, result.findings, result.lines)


@catalog.command()
@TARGETS
@pass_run
def update(run: Run, languages: tuple[str, ...]) -> None:
    """Bring catalogs up to the book; what translators wrote is kept."""
    from bookbuild.build import catalogs

    result = catalogs.update_catalogs(run.project, languages, run.settings(), run.progress)
    _report(run, result.findings, result.lines)


@catalog.command(name="check")
@TARGETS
@STRICT
@JSON
@pass_run
def check_catalogs(run: Run, languages: tuple[str, ...], strict: bool, as_json: bool) -> None:
    """Report everything that is wrong with catalogs."""
    from bookbuild.build import catalogs

    findings = catalogs.check_catalogs(run.project, languages, run.settings(strict=strict), run.progress)
    _findings(run, findings, as_json=as_json)


@catalog.command(name="compile")
@TARGETS
@pass_run
def compile_catalogs(run: Run, languages: tuple[str, ...]) -> None:
    """Write .mo files, for other programs; bookbuild reads the PO files themselves."""
    from bookbuild.build import catalogs

    result = catalogs.compile_catalogs(run.project, languages, run.progress)
    _report(run, result.findings, result.lines)


@catalog.command()
@TARGETS
@click.option("--json", "as_json", is_flag=True, help="As JSON on standard output.")
@click.option("--html", "page", type=click.Path(path_type=Path), help="Also as an HTML page, into this file.")
@pass_run
def stats(run: Run, languages: tuple[str, ...], as_json: bool, page: Path | None) -> None:
    """Show how much is translated, by chapter and kind, in messages and words."""
    from bookbuild.build import catalogs

    form = "json" if as_json else "table"
    text, html_text = catalogs.show_statistics(run.project, languages, run.progress, form)
    run.progress.close()
    if page:
        page.write_text(html_text, encoding="utf-8")
    click.echo(text)
    if not text:
        run.progress.say("no catalog yet; begin one with: bookbuild catalog init --lang CODE")


@catalog.command()
@LANG
@pass_run
def parity(run: Run, languages: tuple[str, ...]) -> None:
    """Compare editions: the same headings, notes, tables, figures, claims and pictures in each language.

    Exit status 1 if they differ.
    """
    from bookbuild.build import catalogs

    differ = False
    for found in catalogs.catalog_parity(run.project, languages, run.progress):
        run.progress.close()
        for row in found.differences:
            differ = True
            one, other = found.languages
            click.echo(f"{row.chapter or 'book'}: {row.what}: {one} {row.one}, {other} {row.other}")
    if differ:
        raise click.exceptions.Exit(BookError.exit_status)
    run.progress.say("the editions are the same book")


@cli.group(invoke_without_command=True)
@click.option(
    "--verdict",
    type=click.Choice(["single", "agree", "compatible", "wording", "conflict"]),
    default=None,
    help="Only quantities with this verdict.",
)
@click.option("--quantity", default="", metavar="ID", help="Only this quantity.")
@click.option("--csv", "form", flag_value="csv", default=None, help="One row per claim.")
@click.option("--json", "form", flag_value="json", help="Quantities with their camps and claims.")
@click.option(
    "--describe",
    "described",
    type=click.Choice(["datapackage", "csvw"]),
    help="The description of the CSV: a Frictionless data package, or CSV on the Web.",
)
@click.pass_context
def figures(
    context: click.Context, verdict: str | None, quantity: str, form: str | None, described: str | None
) -> None:
    """Print every quantity with its verdict, camps and origins.

    \b
    Examples:
      bookbuild figures --verdict conflict
      bookbuild figures --csv > figures.csv
      bookbuild figures impact killed/wp-armenian-officials
    """
    if context.invoked_subcommand is not None:
        return
    from bookbuild.build import figures as story

    run = context.find_object(Run)
    assert run is not None, "the group that holds this one makes it"
    chosen = {"verdict": verdict or "", "quantity": quantity}
    if form or described:
        text = story.export_figures(run.project, run.progress, described or form or "", **chosen)
    else:
        width = shutil.get_terminal_size((100, 24)).columns
        text = story.list_figures(run.project, run.progress, width=width, **chosen)
    run.progress.close()
    click.echo(text, nl=False)


@figures.command()
@click.option("--documents", type=click.Path(path_type=Path), required=True, help="Folder of the documents.")
@pass_run
def evidence(run: Run, documents: Path) -> None:
    """List how the documents bear the claims out, and what stands in them that no claim covers.

    \b
    Example:
      bookbuild figures evidence --documents ../shared/documents
    """
    from bookbuild.build import figures as story

    width = shutil.get_terminal_size((100, 24)).columns
    text = story.list_evidence(run.project, run.progress, documents, width=width)
    run.progress.close()
    click.echo(text, nl=False)


@figures.command()
@click.argument("claim")
@click.option(
    "--pages", is_flag=True, help="Name the pages too: lays the book out, or takes it from the cache."
)
@pass_run
def impact(run: Run, claim: str, pages: bool) -> None:
    """List what a change of CLAIM touches: paragraphs, notes, tables, catalog messages, pages.

    \b
    Examples:
      bookbuild figures impact killed/wp-armenian-officials
      bookbuild figures impact killed/wp-armenian-officials --pages
    """
    from bookbuild.build import figures as story

    settings = run.settings() if pages else None
    result = story.impact_of_claim(run.project, run.progress, claim, settings)
    run.progress.close()
    for language, folios in result.pages.items():
        click.echo(f"{language}: pages {', '.join(folios) or 'none'}")
    for one in result.touched:
        states = ", ".join(f"{code} {status.value}" for code, status in (one.statuses or {}).items())
        click.echo(f"{one.place}: {one.how.value}{f' ({states})' if states else ''}: {one.what}")
    if not result.touched:
        run.progress.say(f"{claim}: nothing prints it but the appendix")


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    Examples:
      bookbuild completion bash >> ~/.bashrc
      bookbuild completion fish > ~/.config/fish/completions/bookbuild.fish
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None, "click completes bash, zsh and fish"
    click.echo(found(cli, {}, "bookbuild", "_BOOKBUILD_COMPLETE").source())


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise Interrupted


def main() -> None:
    """Run the command line; the only place where exceptions become exit statuses."""
    signal.signal(signal.SIGTERM, _stop)
    # A book is many small values that live as long as the process: looking for cycles among them
    # again and again takes a tenth of the time.
    gc.set_threshold(_VALUES_BETWEEN_SEARCHES)
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # as it was while this module was loaded
        signal.signal(signal.SIGINT, signal.default_int_handler)
    status = run_command(lambda: cli.main(prog_name="bookbuild", standalone_mode=False))
    for sent in (signal.SIGINT, signal.SIGTERM):  # all is done: too late for either
        signal.signal(sent, signal.SIG_IGN)
    gc.freeze()  # the system takes all of it back at once: nobody need look for cycles in it
    sys.exit(status)


def run_command(command: Callable[[], object]) -> int:
    """Run a command and return its exit status, every failure told in a line or two."""
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - for as long as the process lives
    try:
        return _run(command)
    except OSError:  # what was to be told cannot even be written
        _close_quietly()
        return 3


def _run(command: Callable[[], object]) -> int:
    try:
        if sys.stdout is None:
            raise EnvironmentFailure("standard output is closed")
        result = command()
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.exceptions.Abort:
        return _interrupted()
    except click.UsageError as error:
        error.show()
        return UsageError.exit_status
    except click.ClickException as error:
        error.show()
        return 3
    except BookError as error:
        _clear_line()
        show(error.diagnostics)
        return error.exit_status
    except InternalFault as error:
        return _our_fault(str(error))
    except BookbuildError as error:
        _clear_line()
        click.echo(f"bookbuild: {error}", err=True)
        return error.exit_status
    except (BrokenPipeError, SystemExit):  # click says in the second way that nobody reads any more
        _close_quietly()
        return 3
    except OSError as error:
        _clear_line()
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"bookbuild: {where}{(error.strerror or str(error)).lower()}", err=True)
        return 3
    except MemoryError:
        _clear_line()
        click.echo("bookbuild: there is not enough memory; nothing was changed", err=True)
        return 3
    except KeyboardInterrupt:
        return _interrupted()
    except Interrupted:
        _clear_line()
        click.echo("bookbuild: terminated; no file is half-written", err=True)
        return EXIT_TERMINATED
    except Exception as error:
        return _our_fault(f"{type(error).__name__}: {error}")
    return result if isinstance(result, int) else 0


def _interrupted() -> int:
    _clear_line()
    click.echo("bookbuild: interrupted; no file is half-written", err=True)
    return EXIT_INTERRUPTED


def _our_fault(message: str) -> int:
    _clear_line()
    report = traceback.format_exc()
    if "--debug" in sys.argv:
        click.echo(report, err=True)
        return 4
    click.echo(f"bookbuild: a fault of ours: {message}", err=True)
    try:
        path = Path("bookbuild-fault.txt")
        path.write_text(f"bookbuild {__version__}\n{' '.join(sys.argv[1:])}\n\n{report}", encoding="utf-8")
        click.echo(f"  hint: please send us {path}; --debug shows the same here", err=True)
    except OSError:
        click.echo("  hint: run again with --debug and send us what it prints", err=True)
    return 4


def _clear_line() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")


def _close_quietly() -> None:
    """Point the streams at nothing, so that the interpreter's own flush at exit stays silent."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            os.dup2(nothing, stream.fileno())
