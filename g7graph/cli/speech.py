"""The command line in three languages: help, usage errors and messages from `locale/cli.toml`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, NoReturn, cast

import click

from g7graph import i18n
from g7graph.errors import G7Error, UsageError, nearest


@dataclass
class Settings:
    """What the options that every command takes say: the language and the data."""

    lang: str = i18n.DEFAULT
    data: Path | None = None

    def say(self, key: str, **values: object) -> str:
        """Return a message of the command line in the language asked for."""
        return i18n.text(f"cli.{key}", self.lang, **values)


class Refused(UsageError):
    """A command line that cannot be carried out as it was put; its messages stand in `locale/cli.toml`."""

    def text(self, lang: str = i18n.DEFAULT) -> str:
        """Return the message in a language."""
        return i18n.text(f"cli.{self.key}", lang, **self.values)


def settings(context: click.Context) -> Settings:
    """Return the settings of a run."""
    return context.ensure_object(Settings)


class Command(click.Command):
    """A command whose help is `help_<command>` and `option_<name>` (`option_<command>_<name>`) of the catalogue.

    One of a group is `<group>_<command>` there.
    """

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=settings(ctx).say("usage") + " ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(settings(ctx).say(_help(ctx)))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options."""
        said = settings(ctx).say
        records = [(param.get_help_record(ctx), said(_key(ctx, param))) for param in _options(self, ctx)]
        with formatter.section(said("options")):
            formatter.write_dl([(record[0], text) for record, text in records if record])


class Group(Command, click.Group):
    """The commands together; errors end here, as one message in the language asked for."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options and the commands, each with its first sentence."""
        super().format_options(ctx, formatter)
        said = settings(ctx).say
        rows = [(name, said(_help(ctx, name)).partition(". ")[0].rstrip(".")) for name in self.list_commands(ctx)]
        with formatter.section(said("commands")):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command. Raises Refused with the nearest names."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            names = ", ".join(nearest(args[0], self.list_commands(ctx)))
            raise Refused("unknown_command", name=args[0], nearest=names)
        return super().resolve_command(ctx, args)

    def main(  # type: ignore[override]  # the mode of click's errors is not for callers to choose
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run a command line and exit: 0 done, 1 the data has findings, 2 wrong usage."""
        given = list(sys.argv[1:] if args is None else args) or ["--help"]
        chosen = Settings(lang=language_of(given))
        extra.update(standalone_mode=False, obj=chosen)
        try:
            sys.exit(super().main(given, prog_name or "g7graph", **extra) or 0)
        except G7Error as error:
            message, code = error.text(chosen.lang), error.exit_code
        except click.UsageError as error:
            message, code = _usage(error, chosen), 2
        except click.Abort:
            message, code = chosen.say("interrupted"), 130
        except OSError as error:
            message = chosen.say("no_access", path=error.filename or "-", detail=error.strerror or error)
            code = 2
        click.echo(message, err=True)
        sys.exit(code)


class Lazy(Group):
    """A group whose commands stand each in a module of its own, which is loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """List the commands."""
        return sorted(self.places())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load a command; None where there is none of that name."""
        place = self.places().get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(".")
        return cast(click.Command, getattr(import_module(f"g7graph.cli.{module}"), name))

    def places(self) -> dict[str, str]:
        """Return the commands and where they stand: those of a group in modules `<group>_<command>.py`."""
        prefix = f"{self.name}_"
        modules = [module.name for module in iter_modules([str(Path(__file__).parent)])]
        names = {module.removeprefix(prefix): module for module in modules if module.startswith(prefix)}
        return {name: f"{module}.{name}" for name, module in names.items() if name}


def language_of(args: Sequence[str]) -> str:
    """Return the language that a command line asks for, before it is parsed: its own errors need one.

    >>> language_of(["validate", "--lang", "fr"])
    'fr'
    """
    for place, word in enumerate(args):
        option, equals, value = word.partition("=")
        if option == "--lang":
            wanted = value if equals else "".join(args[place + 1 : place + 2])
            return wanted if wanted in i18n.LANGUAGES else i18n.DEFAULT
    return i18n.DEFAULT


def _help(ctx: click.Context, *below: str) -> str:
    """Return the key of a command's help, or of one below it: `help_<command>`, `help_<group>_<command>`."""
    return "_".join(("help", *((*_words(ctx), *below) or (str(ctx.command.name),))))


def _key(ctx: click.Context, param: click.Parameter) -> str:
    """Return the key of an option's help: of this command where there is one, else of all that have the option."""
    name = param.opts[-1].lstrip("-")
    own = "_".join(("option", *_words(ctx), name))
    return own if own in i18n.catalogue("cli") else f"option_{name}"


def _words(ctx: click.Context) -> tuple[str, ...]:
    """Return the names of a command and of the groups it is in, without the program's own."""
    return (*_words(ctx.parent), str(ctx.command.name)) if ctx.parent else ()


def _options(command: click.Command, context: click.Context) -> list[click.Parameter]:
    return [param for param in command.get_params(context) if isinstance(param, click.Option)]


def _usage(error: click.UsageError, chosen: Settings) -> str:
    """Put click's usage errors in our words, with the usage line; what is rare keeps click's."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message()
    key, values = _in_our_words(error)
    hint = f"\n{error.ctx.get_usage()}" if error.ctx else ""
    return chosen.say(key, **values) + hint


def _in_our_words(error: click.UsageError) -> tuple[str, dict[str, object]]:
    """Return the key of the catalogue and what its slots say."""
    name = getattr(error, "option_name", None) or _name(error)
    kind = error.param.type if isinstance(error, click.BadParameter) and error.param else None
    match error:
        case click.NoSuchOption():
            known = (
                [text for param in _options(error.ctx.command, error.ctx) for text in param.opts] if error.ctx else ()
            )
            return "unknown_option", {"name": name, "nearest": ", ".join(nearest(name, known))}
        case click.BadOptionUsage():
            return "no_value", {"name": name}
        case click.MissingParameter():
            return "missing", {"name": name}
        case click.BadParameter() if isinstance(kind, click.Choice):
            return "bad_choice", {"name": name, "known": ", ".join(map(str, kind.choices))}
        case click.BadParameter() if isinstance(kind, click.IntRange | click.FloatRange | click.Path):
            ends = {"least": getattr(kind, "min", None), "most": getattr(kind, "max", None)}
            return _key_of_kind(kind), {"name": name, **ends}
    return "bad_usage", {"detail": error.format_message()}


def _key_of_kind(kind: click.IntRange | click.FloatRange | click.Path) -> str:
    if isinstance(kind, click.Path):
        return "bad_file" if kind.file_okay else "bad_folder"
    if isinstance(kind, click.FloatRange):
        return "bad_decimal"
    return "bad_number_from" if kind.max is None else "bad_number"


def _name(error: click.UsageError) -> str:
    param = getattr(error, "param", None)
    if isinstance(param, click.Option):
        return param.opts[-1]
    return param.make_metavar(error.ctx) if isinstance(param, click.Argument) and error.ctx else "-"
