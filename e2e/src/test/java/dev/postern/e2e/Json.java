package dev.postern.e2e;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the AWS CLI's JSON output as far as the stories need it. */
final class Json {
  private Json() {}

  /** The first member of that name whose value is text. */
  static String text(String json, String member) {
    Matcher matcher = Pattern.compile("\"" + member + "\"\\s*:\\s*\"([^\"]*)\"").matcher(json);
    if (!matcher.find()) {
      throw new AssertionError("no " + member + " in:\n" + json);
    }
    return matcher.group(1);
  }
}
