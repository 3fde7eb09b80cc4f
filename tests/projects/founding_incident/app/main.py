"""The vault service: keeps secrets, encrypted with a key that only a passphrase gives."""

from fastapi import FastAPI
from pydantic import BaseModel

from app.keys import derive_key

app = FastAPI(title="vault")


class Passphrase(BaseModel):
    text: str


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/unlock")
def unlock(passphrase: Passphrase) -> dict[str, int]:
    key = derive_key(passphrase.text.encode())
    return {"bytes": len(key)}
