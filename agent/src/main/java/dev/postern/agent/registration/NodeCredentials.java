package dev.postern.agent.registration;

import dev.postern.aws.Exchange;
import dev.postern.aws.Fault;
import dev.postern.aws.caller.Authentication;
import dev.postern.aws.caller.JsonCaller;
import dev.postern.aws.credentials.CredentialsSource;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.aws.sigv4.NodeSignature;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The node's temporary credentials, got with its key and renewed at half their life by whoever
 * needs them then: the pings come often enough. Kept on disk for the next start. Rotates the key
 * when the service asks for it. Safe for use by many threads.
 */
public final class NodeCredentials implements CredentialsSource {
  private static final Logger LOG = System.getLogger(NodeCredentials.class.getName());

  /** After a failed renewal, the old credentials are used so long before it is tried again. */
  private static final Duration RENEWAL_PAUSE = Duration.ofSeconds(30);

  private static final String TARGET_PREFIX = "AmazonSSM";
  private static final Pattern REGION = Pattern.compile("\\b[a-z]{2,4}(?:-[a-z]+)+-\\d{1,2}\\b");

  private final AgentDirectory directory;
  private final Exchange exchange;
  private final ServerClock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Registration registration;
  private @Nullable RoleToken token;
  private Instant notBefore = Instant.MIN;

  /** Takes over what an earlier run left on disk. */
  public NodeCredentials(
      AgentDirectory directory, Registration registration, Exchange exchange, ServerClock clock)
      throws IOException {
    this.directory = directory;
    this.registration = registration;
    this.exchange = clock.watching(exchange);
    this.clock = clock;
    this.token = RoleToken.load(directory, registration.instanceId()).orElse(null);
  }

  /** The region may be corrected by the first call. */
  public String region() {
    return registration.region();
  }

  @Override
  public Credentials resolve() throws IOException {
    lock.lock();
    try {
      Instant now = clock.instant();
      RoleToken current = token;
      if (current == null || !current.isUsable(now)) {
        return renew().credentials();
      }
      if (now.isBefore(current.halfLife()) || now.isBefore(notBefore)) {
        return current.credentials();
      }
      try {
        return renew().credentials();
      } catch (IOException | Fault failed) {
        notBefore = now.plus(RENEWAL_PAUSE);
        LOG.log(Level.WARNING, "credentials were not renewed: {0}", failed.getMessage());
        return current.credentials();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The service does not take these any more: others are got at the next use. */
  public void refused(Credentials refused) {
    lock.lock();
    try {
      if (token != null && token.credentials().accessKeyId().equals(refused.accessKeyId())) {
        token = null;
      }
    } finally {
      lock.unlock();
    }
  }

  private RoleToken renew() throws IOException {
    Map<String, Object> answer = requestToken();
    RoleToken renewed = RoleToken.of(answer, clock.instant());
    token = renewed;
    notBefore = Instant.MIN;
    try {
      renewed.save(directory, registration.instanceId());
    } catch (IOException unsaved) {
      // Good until this process ends; the next one has to ask again.
      LOG.log(Level.WARNING, "credentials were not saved: {0}", unsaved.getMessage());
    }
    if (Boolean.TRUE.equals(answer.get("UpdateKeyPair"))) {
      rotate();
    }
    return renewed;
  }

  /** With the key that the service knows: after an unfinished rotation, that may be either. */
  private Map<String, Object> requestToken() throws IOException {
    PrivateKey nextKey = registration.nextKey();
    try {
      Map<String, Object> answer = requestToken(registration.key());
      if (nextKey != null) {
        settle(registration.key());
      }
      return answer;
    } catch (Fault refused) {
      if (nextKey == null || refused.httpStatus() >= 500) {
        throw refused;
      }
      Map<String, Object> answer = requestToken(nextKey);
      settle(nextKey);
      return answer;
    }
  }

  private Map<String, Object> requestToken(PrivateKey key) throws IOException {
    Map<String, Object> input = Map.of("Fingerprint", registration.fingerprint());
    try {
      return call(key, "RequestManagedInstanceRoleToken", input);
    } catch (Fault refused) {
      if (clock.correct(refused)) {
        LOG.log(Level.WARNING, "this machine''s clock is off by {0}", clock.offset().toString());
      } else if (!correctRegion(refused)) {
        throw refused;
      }
    }
    return call(key, "RequestManagedInstanceRoleToken", input);
  }

  private Map<String, Object> call(PrivateKey key, String operation, Map<String, Object> input)
      throws IOException {
    Registration node = registration;
    JsonCaller caller =
        new JsonCaller(
            exchange,
            node.endpoint(),
            TARGET_PREFIX,
            Authentication.node(node.instanceId(), key, node.region(), clock));
    return caller.call(operation, input);
  }

  /** A server of another region says which one it is. */
  private boolean correctRegion(Fault refused) throws IOException {
    if (!refused.message().contains("region")) {
      return false;
    }
    Matcher named = REGION.matcher(refused.message());
    while (named.find()) {
      if (!named.group().equals(registration.region())) {
        replace(registration.withRegion(named.group()));
        return true;
      }
    }
    return false;
  }

  private void rotate() {
    KeyPair next = NodeKeys.generate();
    try {
      replace(registration.withKeys(registration.key(), next.getPrivate()));
      call(
          registration.key(),
          "UpdateManagedInstancePublicKey",
          Map.of(
              "NewPublicKey",
              NodeSignature.encode(next.getPublic()),
              "NewPublicKeyType",
              NodeKeys.TYPE));
      settle(next.getPrivate());
      LOG.log(Level.INFO, "the node''s key was replaced");
    } catch (IOException | Fault unknown) {
      // Whether the new key counts now shows at the next renewal; both are on disk until then.
      LOG.log(Level.WARNING, "the node''s key was not replaced: {0}", unknown.getMessage());
    }
  }

  private void settle(PrivateKey known) throws IOException {
    replace(registration.withKeys(known, null));
  }

  private void replace(Registration changed) throws IOException {
    changed.save(directory);
    registration = changed;
  }
}
