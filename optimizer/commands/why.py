"""`qipan why`."""

from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.terminal import asked

if TYPE_CHECKING:
    from models.instance import Instance
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


@asked
def why(
    instance: "Instance",
    limits: "Limits",
    at: Annotated[
        tuple[str, str] | None, typer.Option("--at", metavar="REGION EQUIPMENT", help="All moves there, done or not. / 该地该设备的全部变动。")
    ] = None,
    not_: Annotated[
        tuple[str, str] | None, typer.Option("--not", metavar="REGION PRODUCT", help="Why the product is not made there. / 为何不在该地生产。")
    ] = None,
    policy: Annotated[str | None, typer.Option("--policy", help="What a policy costs and who pays. / 政策成本由谁承担。")] = None,
) -> "Answer":
    """Why here, why not there, why closed, who pays. / 为何在此、为何不在彼、为何关停、由谁承担。"""
    from models.problems import InputError, rule
    from optimizer.questions.why import why as question
    from optimizer.questions.why_not import why_not
    from optimizer.questions.why_policy import why_policy

    if sum(option is not None for option in (at, not_, policy)) > 1:
        raise InputError([rule("choose one of them", "只能选一个", file="--at, --not, --policy")])
    if not_ is not None:
        return why_not(instance, *not_, limits)
    return why_policy(instance, policy, limits) if policy is not None else question(instance, at, limits)
