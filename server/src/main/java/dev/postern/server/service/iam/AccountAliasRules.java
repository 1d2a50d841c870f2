package dev.postern.server.service.iam;

import dev.postern.server.service.Constraints;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What an account may be called. */
final class AccountAliasRules {
  private static final int CHARACTERS_MIN = 3;
  private static final int CHARACTERS_MAX = 63;
  private static final Pattern ALIAS = Pattern.compile("^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$");

  private AccountAliasRules() {}

  static void check(@Nullable String alias) {
    Constraints.of()
        .member("accountAlias", alias)
        .required()
        .length(CHARACTERS_MIN, CHARACTERS_MAX)
        .pattern(ALIAS)
        .verify();
  }
}
