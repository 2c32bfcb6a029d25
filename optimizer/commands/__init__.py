"""The commands that ask a question, one file each. Typer makes `blanket-cut` of `blanket_cut`."""

from optimizer.commands.blanket_cut import blanket_cut
from optimizer.commands.integration import integration

QUESTIONS = (blanket_cut, integration)
