"""The commands that ask a question, one file each. Typer makes `blanket-cut` of `blanket_cut`."""

from optimizer.commands.integration import integration
from optimizer.commands.near_optimal import near_optimal
from optimizer.commands.pareto import pareto
from optimizer.commands.roadmap import roadmap
from optimizer.commands.why import why

QUESTIONS = (integration, near_optimal, pareto, roadmap, why)
