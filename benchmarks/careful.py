"""A careful script: fine-tune in place, evaluate all probes in one padded batch, put the weights back."""

import torch

from benchmarks.plain import loss, make_optimizer


def padded(probes, start):
    width = max(map(len, probes)) + 1
    ids = torch.zeros(len(probes), width, dtype=torch.long)
    mask = torch.zeros(len(probes), width, dtype=torch.long)
    for line, probe in enumerate(probes):
        ids[line, : len(probe) + 1] = torch.tensor([start, *probe])
        mask[line, : len(probe) + 1] = 1
    return ids, mask


@torch.no_grad()
def losses(model, ids, mask):
    logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1].float()
    each = torch.nn.functional.cross_entropy(logits.transpose(1, 2), ids[:, 1:], reduction="none")
    return (each * mask[:, 1:]).sum(1) / mask[:, 1:].sum(1)


def measure(model, rows, probes, optimizer, start):
    """EIF of every row (a tuple of sentences' tokens) on every probe (tokens): (rows, probes)."""
    ids, mask = (tensor.to(model.device) for tensor in padded(probes, start))
    before = losses(model, ids, mask)
    kept = [parameter.detach().clone() for parameter in model.parameters()]
    model.requires_grad_()
    matrix = []
    for row in rows:
        stepper = make_optimizer(model.parameters(), optimizer)
        for sentence in row:
            stepper.zero_grad()
            loss(model, sentence, start).backward()
            stepper.step()
        matrix.append(losses(model, ids, mask) - before)
        with torch.no_grad():
            for parameter, base in zip(model.parameters(), kept, strict=True):
                parameter.copy_(base)
    model.requires_grad_(False)
    return torch.stack(matrix).cpu().double()
