package dev.postern.client.session;

/** The version that this client announces, to agents and to the AWS CLI. */
public final class ClientVersion {
  /**
   * Four parts, later than any version that some peer compares with (spec/data-channel.md 6.3,
   * 11.1).
   */
  public static final String TEXT = "1.2.700.0";

  private ClientVersion() {}
}
