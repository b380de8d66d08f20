"""The explorer's own theme, of colours that 256-colour terminals have too."""

from __future__ import annotations

from textual.theme import Theme

EIFTUI = Theme(
    name="eiftui",
    primary="#5fafff",
    secondary="#87afd7",
    accent="#ffd75f",
    warning="#ffaf00",
    error="#ff5f5f",
    success="#87d787",
    foreground="#dadada",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    dark=True,
    variables={
        "scrollbar": "#444444",
        "scrollbar-hover": "#5f5f5f",
        "scrollbar-active": "#87afd7",
        "scrollbar-background": "#1c1c1c",
        "scrollbar-background-hover": "#1c1c1c",
        "scrollbar-background-active": "#1c1c1c",
        "block-cursor-background": "#005f87",
        "block-cursor-foreground": "#ffffff",
    },
)
