"""The explorer's own themes, of colours that 256-colour terminals have too."""

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
LIGHT = Theme(
    name="eiftui-light",
    primary="#005f87",
    secondary="#5f5f87",
    accent="#875f00",
    warning="#af5f00",
    error="#af0000",
    success="#005f00",
    foreground="#262626",
    background="#ffffff",
    surface="#eeeeee",
    panel="#dadada",
    dark=False,
    variables={"block-cursor-background": "#005f87", "block-cursor-foreground": "#ffffff"},
)
CONTRAST = Theme(
    name="eiftui-contrast",
    primary="#5fffff",
    secondary="#ffffff",
    accent="#ffff00",
    warning="#ffff00",
    error="#ff8787",
    success="#87ff87",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#303030",
    dark=True,
    variables={"block-cursor-background": "#ffff00", "block-cursor-foreground": "#000000", "text-muted": "#dadada"},
)
THEMES = (EIFTUI, LIGHT, CONTRAST)
