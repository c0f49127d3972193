"""Holds every answer of a run against docs/openapi.json: answers_fit.py EXCHANGES OPENAPI

EXCHANGES is what `florin scenario --exchanges` writes. Objects are closed: a field that the file does not name is an error, and so
are a status without a schema and a body of another type. Prints each fault once with how often it was met.
"""

import collections
import json
import sys

from jsonschema import Draft202012Validator


def closed(schema):
    """The same, in which no object has fields that are not named."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if "properties" in made and "additionalProperties" not in made:
        made["additionalProperties"] = False
    return made


def routes_of(document):
    routes = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            routes.append((path.split("/")[1:], method.upper(), operation))
    # What is written out comes before what stands for anything.
    return sorted(routes, key=lambda route: [part.startswith("{") for part in route[0]])


def found(routes, method, path):
    parts = path.split("?")[0].split("/")[1:]
    for pattern, of, operation in routes:
        if of == method and len(pattern) == len(parts):
            if all(wanted.startswith("{") or wanted == part for wanted, part in zip(pattern, parts)):
                return "/" + "/".join(pattern), operation
    return None, None


class Oracle:
    def __init__(self, document):
        self.routes = routes_of(document)
        self.components = closed(document["components"])
        self.validators = {}
        self.faults = collections.Counter()
        self.examples = {}
        self.met = collections.Counter()

    def validator(self, name, schema):
        if name not in self.validators:
            whole = dict(closed(schema), components=self.components)
            self.validators[name] = Draft202012Validator(whole)
        return self.validators[name]

    def fault(self, where, what, body):
        self.faults[(where, what)] += 1
        self.examples.setdefault((where, what), body[:400])

    def hold(self, exchange):
        path, operation = found(self.routes, exchange["method"], exchange["path"])
        where = f"{exchange['method']} {path or exchange['path']} {exchange['status']}"
        body = exchange["body"]
        if operation is None:
            return self.fault(where, "the route is not in the file", body)
        self.met[f"{exchange['method']} {path}"] += 1
        answer = operation["responses"].get(str(exchange["status"]))
        if answer is None and exchange["status"] < 400:
            return self.fault(where, "the file does not know this status", body)
        answer = answer or operation["responses"]["default"]
        kind = exchange["type"].split(";")[0]
        if kind not in answer.get("content", {}):
            return self.fault(where, f"the file does not know an answer of type {kind}", body)
        schema = answer["content"][kind]["schema"]
        if schema == {}:
            return self.fault(where, "the file says nothing of this answer", body)
        for error in self.validator(where + kind, schema).iter_errors(json.loads(body)):
            at = "/".join("*" if isinstance(part, int) else str(part) for part in error.absolute_path)
            self.fault(where, f"{at or 'the body'}: {error.message[:200] if error.validator != 'anyOf' else 'fits none of ' + str(len(error.validator_value))}", body)


def main():
    with open(sys.argv[2], encoding="utf-8") as file:
        oracle = Oracle(json.load(file))
    count = 0
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in file:
            oracle.hold(json.loads(line))
            count += 1
    for (where, what), times in sorted(oracle.faults.items()):
        print(f"{where}: {what}   ({times} times)\n    {oracle.examples[(where, what)]}")
    print(f"{count} answers of {len(oracle.met)} routes, {sum(oracle.faults.values())} faults")
    return 1 if oracle.faults or count == 0 else 0


sys.exit(main())
