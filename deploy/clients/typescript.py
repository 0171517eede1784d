"""Write a JavaScript client (ESM, over fetch) and its TypeScript declarations."""

import json
from collections.abc import Mapping
from typing import Any

from deploy.clients.operations import (
    Operation,
    Parameter,
    operations,
    schemas,
    type_name,
    values_of,
)

_PRIMITIVES = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
_HEAD = """// A client of seawright, generated from docs/api/seawright.json: do not edit.

const FINAL = ["run.succeeded", "run.failed", "run.cancelled"];

export class ProblemError extends Error {
  constructor(status, problem) {
    super(`${status}: ${problem.title}: ${problem.detail}`);
    this.status = status;
    this.problem = problem;
  }
}

async function refuse(reply) {
  const isJson = (reply.headers.get("content-type") ?? "").includes("json");
  throw new ProblemError(reply.status, isJson ? await reply.json() : {});
}

export class Client {
  constructor(url, headers = {}) {
    this.url = url.replace(/\\/$/, "");
    this.headers = headers;
  }

  async #call(method, path, query, headers, body) {
    const address = new URL(this.url + path);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined && value !== null) address.searchParams.set(name, String(value));
    const sent = { ...this.headers };
    for (const [name, value] of Object.entries(headers))
      if (value !== undefined && value !== null) sent[name] = String(value);
    if (body !== undefined) sent["content-type"] = "application/json";
    const text = body === undefined ? undefined : JSON.stringify(body);
    const reply = await fetch(address, { method, headers: sent, body: text });
    if (!reply.ok) await refuse(reply);
    return reply;
  }

  // Yields events of a run to the last; a stream that breaks is taken up behind the last seen.
  async *follow(path, after) {
    for (;;) {
      const headers = { ...this.headers, accept: "text/event-stream" };
      if (after !== undefined) headers["last-event-id"] = String(after);
      try {
        const reply = await fetch(this.url + path, { headers });
        if (!reply.ok) await refuse(reply);
        let rest = "";
        for await (const bytes of reply.body.pipeThrough(new TextDecoderStream())) {
          const lines = (rest + bytes).split(/\\r?\\n/);
          rest = lines.pop();
          for (const line of lines) {
            if (line.startsWith("id: ")) after = line.slice(4);
            if (!line.startsWith("data: ")) continue;
            const event = JSON.parse(line.slice(6));
            yield event;
            if (FINAL.includes(event.type)) return;
          }
        }
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
"""
_DECLARED = """// Types of a client of seawright, generated from docs/api/seawright.json: do not edit.

export declare class ProblemError extends Error {
  readonly status: number;
  readonly problem: Partial<Problem>;
}
"""
_DECLARED_CLIENT = """
export declare class Client {
  constructor(url: string, headers?: Record<string, string>);
  /** Yields events of a run to the last; a broken stream is taken up behind the last seen. */
  follow(path: string, after?: string | number): AsyncGenerator<Record<string, unknown>>;
"""


def annotation(schema: Mapping[str, Any]) -> str:
    """Return the TypeScript type of a schema."""
    if "$ref" in schema:
        return type_name(schema["$ref"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(each) for each in schema["enum"])
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(dict.fromkeys(annotation(each) for each in choices))
    match schema.get("type"):
        case "array":
            return f"Array<{annotation(schema.get('items') or {})}>"
        case "object":
            return _object(schema)
        case str() as name:
            return _PRIMITIVES[name]
        case _:
            return "unknown"


def _object(schema: Mapping[str, Any]) -> str:
    properties: Mapping[str, Any] = schema.get("properties", {})
    if not properties:
        return f"Record<string, {annotation(values_of(schema))}>"
    required = set(schema.get("required", ()))
    rows = (
        f"  {json.dumps(key)}{'' if key in required else '?'}: {annotation(value)};"
        for key, value in properties.items()
    )
    return "\n".join(("{", *rows, "}"))


def _name(operation: Operation) -> str:
    first, *rest = operation.words
    return first + "".join(word.capitalize() for word in rest)


def _options(operation: Operation) -> list[Parameter]:
    named = [each for each in operation.parameters if each.place != "path"]
    if operation.method == "post" and not operation.has_key:
        named.append(Parameter(name="idempotency-key", place="header", schema={"type": "string"}))
    return named


def _method(operation: Operation) -> str:
    path = operation.path
    for each in operation.placed("path"):
        path = path.replace(f"{{{each.name}}}", f"${{encodeURIComponent({each.word})}}")
    taken = [each.word for each in operation.placed("path")]
    taken += ["body"] if operation.body is not None else []
    query, headers = (
        ", ".join(f'"{e.name}": options.{e.word}' for e in _options(operation) if e.place == place)
        for place in ("query", "header")
    )
    body = ", body" if operation.body is not None else ""
    value = (
        "await reply.json()" if operation.is_json else "new Uint8Array(await reply.arrayBuffer())"
    )
    return "\n".join(
        (
            "",
            f"  async {_name(operation)}({', '.join([*taken, 'options = {}'])}) {{",
            f'    const reply = await this.#call("{operation.method.upper()}", `{path}`,',
            f"      {{ {query} }}, {{ {headers} }}{body});",
            f"    return {value};",
            "  }",
        )
    )


def _declared(operation: Operation) -> str:
    taken = [f"{each.word}: {annotation(each.schema)}" for each in operation.placed("path")]
    if operation.body is not None:
        taken.append(f"body: {annotation(operation.body)}")
    options = "; ".join(f"{e.word}?: {annotation(e.schema)}" for e in _options(operation))
    taken.append(f"options?: {{ {options} }}")
    answer = annotation(operation.answer or {}) if operation.is_json else "Uint8Array"
    told = f"  /** {operation.summary}: {operation.method.upper()} {operation.path} */"
    return f"{told}\n  {_name(operation)}({', '.join(taken)}): Promise<{answer}>;"


def client(document: Mapping[str, Any]) -> str:
    """Return the text of the module, which runs in node and in browsers as it is."""
    return _HEAD + "\n".join(_method(each) for each in operations(document)) + "\n}\n"


def declarations(document: Mapping[str, Any]) -> str:
    """Return the module's `.d.ts`."""
    types = (
        f"export type {type_name(name)} = {annotation(schema)};"
        for name, schema in schemas(document).items()
    )
    methods = (_declared(each) for each in operations(document))
    return "\n".join((_DECLARED, *types, _DECLARED_CLIENT, *methods, "}", ""))
