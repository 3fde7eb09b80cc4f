"""The language server: what the editor says to buffers, what is found in them back to the editor."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls import uris
from pygls.lsp.server import LanguageServer

from prelaunch import CannotRunError, __version__
from prelaunch.engine import Report
from prelaunch.lsp.hover import hover
from prelaunch.lsp.judgement import Judged, judge, rules
from prelaunch.lsp.positions import Lines
from prelaunch.writers.place import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Finding, Fix, Source, Span

PAUSE = 0.1
"""Seconds without a key before what was typed is judged."""

SEVERITIES = {
    "certain": types.DiagnosticSeverity.Error,
    "likely": types.DiagnosticSeverity.Warning,
    "hint": types.DiagnosticSeverity.Information,
}


class Server(LanguageServer):
    """The server and what it keeps: the texts of the open files are pygls's, everything else is worked out anew."""

    def __init__(self) -> None:
        super().__init__("prelaunch", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.hints = False
        self._said = ""
        self._due: dict[str, asyncio.TimerHandle] = {}
        self.by_name = {rule.name: rule for rule in rules()}
        self.pages = Report((), rules()).pages

    def later(self, uri: str) -> None:
        """Judge a file once nothing was typed in it for a moment."""
        self.forget(uri)
        self._due[uri] = asyncio.get_running_loop().call_later(PAUSE, self.publish, uri)

    def forget(self, uri: str) -> None:
        """Do not judge what was to be judged later."""
        due = self._due.pop(uri, None)
        if due is not None:
            due.cancel()

    def publish_all(self) -> None:
        """Judge every open file: one may speak of another."""
        for uri in list(self.workspace.text_documents):
            self.publish(uri)

    def publish(self, uri: str) -> None:
        """Judge an open file and show what was found."""
        self.forget(uri)
        document = self.workspace.text_documents.get(uri)
        judged = self.judged(uri) if document is not None else None
        if document is None or judged is None:
            return
        lines = self._lines(judged.source)
        found = [self._diagnostic(finding, lines) for finding in judged.findings]
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=uri, version=document.version, diagnostics=found)
        )

    def judged(self, uri: str, *, fixes: bool = False) -> Judged | None:
        """What is known of an open file; None where it is none, or where the configuration is wrong (then said)."""
        path = _path(uri)
        buffers = self._buffers()
        if path is None or path not in buffers:
            return None
        folders = [folder for folder in map(_path, self.workspace.folders) if folder is not None]
        try:
            judged = judge(path, buffers, folders, hints=self.hints, fixes=fixes)
        except CannotRunError as error:
            self._say(str(error))
            return None
        self._said = ""
        return judged

    def _buffers(self) -> dict[str, str]:
        pairs = ((_path(uri), document.source) for uri, document in self.workspace.text_documents.items())
        return {path: text for path, text in pairs if path is not None}

    def _say(self, message: str) -> None:
        """Show a message once, not with every key."""
        if message != self._said:
            self._said = message
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"prelaunch: {message}"))

    def _lines(self, source: Source) -> Lines:
        encoding = self.workspace.position_encoding  # a member of the enumeration, or its bare value
        return Lines(source.text, str(getattr(encoding, "value", encoding)))

    def _diagnostic(self, finding: Finding, lines: Lines) -> types.Diagnostic:
        page = self.pages.get(finding.rule)
        return types.Diagnostic(
            range=_range(finding.span, lines),
            message=printable(finding.message),
            severity=SEVERITIES[finding.certainty],
            code=finding.rule,
            code_description=None if page is None else types.CodeDescription(page),
            source="prelaunch",
        )

    def actions(self, uri: str, wanted: types.Range) -> Iterator[types.CodeAction]:
        """The fixes of the findings that a range touches."""
        judged = self.judged(uri, fixes=True)
        if judged is None:
            return
        lines = self._lines(judged.source)
        start = lines.offset(wanted.start.line, wanted.start.character)
        stop = lines.offset(wanted.end.line, wanted.end.character)
        for finding in judged.findings:
            if finding.fix is not None and finding.span.start <= stop and start <= finding.span.stop:
                yield self._action(finding, finding.fix, lines, self._uri(finding.mended, uri, judged))

    def _uri(self, source: Source, uri: str, judged: Judged) -> str:
        """The address of the file that a fix changes: `uri`, unless it is another than the judged one."""
        if source.path == judged.source.path:
            return uri
        path = os.path.realpath(os.path.join(judged.root, source.path))
        return next((other for other in self.workspace.text_documents if _path(other) == path), Path(path).as_uri())

    def _action(self, finding: Finding, fix: Fix, lines: Lines, uri: str) -> types.CodeAction:
        changed = self._lines(finding.mended)
        edits = [types.TextEdit(_range(edit.span, changed), edit.text) for edit in fix.edits]
        open_file = self.workspace.text_documents.get(uri)
        version = None if open_file is None else open_file.version
        document = types.OptionalVersionedTextDocumentIdentifier(uri=uri, version=version)
        versioned = bool(_supports_document_changes(self.client_capabilities))
        return types.CodeAction(
            title=printable(fix.title) + ("" if fix.safe else " (look at it first: it may not be what is meant)"),
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[self._diagnostic(finding, lines)],
            is_preferred=fix.safe,
            edit=types.WorkspaceEdit(
                document_changes=[types.TextDocumentEdit(document, list(edits))] if versioned else None,
                changes=None if versioned else {uri: edits},
            ),
        )

    def hover(self, uri: str, position: types.Position) -> types.Hover | None:
        """What is known of the place at a position."""
        judged = self.judged(uri)
        if judged is None:
            return None
        lines = self._lines(judged.source)
        said = hover(judged, lines.offset(position.line, position.character), self.by_name, self.pages)
        if said is None:
            return None
        text, span = said
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), _range(span, lines))


def _supports_document_changes(client: types.ClientCapabilities) -> bool | None:
    workspace = client.workspace
    edit = None if workspace is None else workspace.workspace_edit
    return None if edit is None else edit.document_changes


def _range(span: Span, lines: Lines) -> types.Range:
    return types.Range(types.Position(*lines.position(span.start)), types.Position(*lines.position(span.stop)))


def _path(uri: str) -> str | None:
    """The real path of a file's address; None for a buffer that is no file."""
    path = uris.to_fs_path(uri) if uri.startswith("file:") else None
    return None if path is None else os.path.realpath(path)


def make() -> Server:
    """A server with its features, not yet started."""
    server = Server()

    @server.feature(types.INITIALIZE)
    def _initialize(params: types.InitializeParams) -> None:
        options = params.initialization_options
        server.hints = isinstance(options, dict) and options.get("hints") is True

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def _open(params: types.DidOpenTextDocumentParams) -> None:
        server.publish(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def _change(params: types.DidChangeTextDocumentParams) -> None:
        server.later(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def _save(params: types.DidSaveTextDocumentParams) -> None:  # noqa: ARG001 (pygls asks for it)
        server.publish_all()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def _watched(params: types.DidChangeWatchedFilesParams) -> None:  # noqa: ARG001 (pygls asks for it)
        server.publish_all()

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def _close(params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        server.forget(uri)
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri=uri, diagnostics=[]))

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
    )
    def _actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        only = params.context.only
        if only is not None and not any(types.CodeActionKind.QuickFix.startswith(kind) for kind in only):
            return []
        return list(server.actions(params.text_document.uri, params.range))

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def _hover(params: types.HoverParams) -> types.Hover | None:
        return server.hover(params.text_document.uri, params.position)

    return server
