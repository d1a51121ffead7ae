"""Holds real answers against an OpenAPI 3.1 description."""
import re

from jsonschema import Draft202012Validator


class OpenApi:
    def __init__(self, document):
        self.document = document
        self.seen = set()   # (method, path) of answers that were checked

    def operations(self):
        return {(method, path) for path, item in self.document["paths"].items() for method in item}

    def find(self, method, target):
        """The described path a request target falls under: one spelt out before one with names."""
        target = target.split("?")[0]
        for path in sorted(self.document["paths"], key=lambda p: p.count("{")):
            shape = "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", path))
            if re.fullmatch(shape, target) and method.lower() in self.document["paths"][path]:
                return path
        raise AssertionError(f"{method} {target} is not described")

    def resolve(self, value):
        while "$ref" in value:
            here = self.document
            for part in value["$ref"].removeprefix("#/").split("/"):
                here = here[part]
            value = here
        return value

    def check(self, method, target, answer):
        """Fails unless the answer's status, type and every field are described."""
        path = self.find(method, target)
        responses = self.document["paths"][path][method.lower()]["responses"]
        status = str(answer.status) if str(answer.status) in responses or answer.status < 400 else "default"
        assert status in responses, f"{method} {path} answered {answer.status}, which is not described: {answer}"
        content = self.resolve(responses[status])["content"]
        kind = answer.headers["content-type"].split(";")[0]
        assert kind in content, f"{method} {path} answered {kind}, described are {list(content)}"
        if kind == "application/json":
            schema = {**content[kind]["schema"], "components": self.document["components"]}
            errors = list(Draft202012Validator(schema).iter_errors(answer.json))
            assert not errors, f"{method} {path}: {errors[0].json_path} {errors[0].message}"
        self.seen.add((method.lower(), path))
        return answer
