package dev.postern.wire.control;

import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.MalformedMessageException;

/**
 * What the two commands session types say for one platform, with placeholders replaced
 * (spec/agent-service.md 3.5).
 */
public record CommandProperties(
    String commands,
    boolean runAsElevated,
    boolean separateOutputStream,
    String stdOutSeparatorPrefix,
    String stdErrSeparatorPrefix) {

  /**
   * Reads the properties of a document.
   *
   * @param platform {@code linux}, {@code macos} or {@code windows}
   */
  public static CommandProperties parse(JsonObject properties, String platform)
      throws MalformedMessageException {
    JsonObject json = properties.objectOrEmpty(platform);
    return new CommandProperties(
        json.string("commands"),
        json.boolOrString("runAsElevated"),
        json.boolOrString("separateOutputStream"),
        json.string("stdOutSeparatorPrefix"),
        json.string("stdErrSeparatorPrefix"));
  }
}
