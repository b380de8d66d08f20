"""The script a reader of the paper would write: copy the model, fine-tune the copy, one loss call for each pair."""

import copy

import torch


def token_ids(model, tokens, start):
    return torch.tensor([[start, *tokens]], device=model.device)


def loss(model, tokens, start):
    ids = token_ids(model, tokens, start)
    return model(input_ids=ids, labels=ids).loss


def make_optimizer(parameters, optimizer):
    if optimizer.name == "adamw":
        return torch.optim.AdamW(parameters, lr=optimizer.lr, weight_decay=optimizer.weight_decay)
    return torch.optim.SGD(parameters, lr=optimizer.lr)


def measure(model, rows, probes, optimizer, start):
    """EIF of every row (a tuple of sentences' tokens) on every probe (tokens): (rows, probes)."""
    with torch.no_grad():
        before = [loss(model, probe, start).item() for probe in probes]
    matrix = []
    for row in rows:
        tuned = copy.deepcopy(model).requires_grad_()
        stepper = make_optimizer(tuned.parameters(), optimizer)
        for sentence in row:
            stepper.zero_grad()
            loss(tuned, sentence, start).backward()
            stepper.step()
        with torch.no_grad():
            matrix.append([loss(tuned, probe, start).item() - b for probe, b in zip(probes, before, strict=True)])
    return torch.tensor(matrix, dtype=torch.float64)
