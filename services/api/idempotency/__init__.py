"""The Idempotency-Key of every mutating request: same key and same request, one execution, one answer.

Two halves, put on the application (or on a router) together::

    once = Idempotency(database=..., sealer=..., answer=problems.answer)
    Litestar(middleware=[once], before_request=once.before, ...)

``before`` runs when the guards have let the caller through and before the handler: it claims the key's
record, waits for another execution of it, or answers with what is kept. The middleware sees the answer on
its way out, errors included, and keeps it before the client gets it. A route with a ``before_request`` of
its own calls ``once.before`` in it.

A process may die between a handler's commit and the keeping of its answer. Then, as soon as the lease has
run out, a retry executes again. A handler that must not run twice (whatever creates something) therefore
keeps its answer in its own transaction::

    async with pipeline.transaction() as tx:
        run = await start(tx, ...)
        response = Response(links(run), status_code=201)
        await finalise(tx.db, request, response)
    return response

so that effect and answer are committed together or not at all, and so that an execution which has lost its
lease meanwhile is rolled back. Handlers that say the same when they run twice need nothing.
"""

from .middleware import Idempotency, finalise, scope_to

__all__ = ["Idempotency", "finalise", "scope_to"]
