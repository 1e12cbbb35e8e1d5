"""The part of bazel_skylib's selects that Abseil's build files use."""

def _config_setting_group(name, match_any, visibility = None):
    """A setting that holds when at least one of match_any does."""

    # An alias that selects on the first setting and else falls to the next:
    # native aliases may stand where a config_setting is wanted.
    for i, setting in enumerate(match_any[:-1]):
        here = name if i == 0 else "%s_or_%d" % (name, i)
        rest = "%s_or_%d" % (name, i + 1) if i + 2 < len(match_any) else match_any[-1]
        native.alias(
            name = here,
            actual = select({setting: setting, "//conditions:default": rest}),
            visibility = visibility,
        )

selects = struct(config_setting_group = _config_setting_group)
