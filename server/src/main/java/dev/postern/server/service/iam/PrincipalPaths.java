package dev.postern.server.service.iam;

import dev.postern.server.service.Constraints;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Paths of users, groups and what else is not a policy, as operations take them. */
final class PrincipalPaths {
  private static final int CHARACTERS_MAX = 512;
  private static final Pattern PATH =
      Pattern.compile("(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)");
  private static final Pattern PREFIX = Pattern.compile("\\u002F[\\u0021-\\u007F]*");

  private PrincipalPaths() {}

  static Constraints path(Constraints constraints, String member, @Nullable String path) {
    return constraints.member(member, path).length(1, CHARACTERS_MAX).pattern(PATH);
  }

  static Constraints prefix(Constraints constraints, @Nullable String pathPrefix) {
    return constraints.member("pathPrefix", pathPrefix).length(1, CHARACTERS_MAX).pattern(PREFIX);
  }

  static String orRoot(@Nullable String path) {
    return path == null ? "/" : path;
  }
}
