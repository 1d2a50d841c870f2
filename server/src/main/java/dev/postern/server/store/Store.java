package dev.postern.server.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that outlives the process, in one SQLite file. Safe for use by many threads; every
 * part is.
 *
 * <p>A change is durable when the call that made it returns, and either all of it is there or
 * nothing. Failures of the disk are {@link StoreException}s. One thread writes, one forgets what is
 * over; both end with {@link #close}.
 */
public final class Store implements AutoCloseable {
  /** The first administrator's user name. */
  public static final String ADMINISTRATOR = "admin";

  /** The role that exists for managed nodes. */
  public static final String NODE_ROLE = "SSMServiceRole";

  /** The document that holds the account's session preferences. */
  public static final String PREFERENCES_DOCUMENT = "SSM-SessionManagerRunShell";

  private static final Logger LOG = LoggerFactory.getLogger(Store.class);
  private static final Duration EXPIRY_INTERVAL = Duration.ofMinutes(15);

  /** How often it is written which keys were used. */
  private static final Duration KEY_USE_INTERVAL = Duration.ofMinutes(1);

  /** So long a caller with an expired key still hears that it expired. */
  private static final Duration EXPIRED_KEY_KEPT = Duration.ofDays(1);

  /** So long a refusal can be explained. */
  private static final Duration DENIALS_KEPT = Duration.ofDays(7);

  /** The most rows that one transaction forgets, so that writers need not wait for long. */
  static final int EXPIRY_BATCH_MAX = 500;

  private final Database database;
  private final StoreOptions options;
  private final Nodes nodes;
  private final Activations activations;
  private final Sessions sessions;
  private final Tokens tokens;
  private final AccessKeys accessKeys;
  private final UserKeys userKeys;
  private final KeyUses keyUses;
  private final MfaDevices mfaDevices;
  private final Identity identity;
  private final Grants grants;
  private final RoleTrusts roleTrusts;
  private final OidcProviders oidcProviders;
  private final MfaCodes mfaCodes;
  private final PrincipalPolicies principalPolicies;
  private final Users users;
  private final Groups groups;
  private final Roles roles;
  private final InstanceProfiles instanceProfiles;
  private final Denials denials;
  private final CustomerPolicies customerPolicies;
  private final PolicyEntities policyEntities;
  private final AccountDetails accountDetails;
  private final AccountAliases accountAliases;
  private final Documents documents;
  private final DocumentShares documentShares;
  private final AuditLog audit;
  private final ScheduledExecutorService expiry =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("postern-store-expiry").factory());

  private Store(Database database, Identity identity, StoreOptions options, AccessKeys accessKeys) {
    this.database = database;
    this.options = options;
    this.nodes = new Nodes(database, options.clock());
    this.activations = new Activations(database);
    this.tokens = new Tokens(database, options.clock(), options.random());
    this.sessions = new Sessions(database, options.clock(), tokens);
    this.accessKeys = accessKeys;
    this.userKeys = new UserKeys(identity, accessKeys);
    this.keyUses = new KeyUses(database);
    this.mfaDevices = new MfaDevices(database, options);
    this.identity = identity;
    this.grants = new Grants(identity);
    this.roleTrusts = new RoleTrusts(identity);
    this.oidcProviders = new OidcProviders(identity, options.clock());
    this.mfaCodes = new MfaCodes(database, options.masterKey());
    this.principalPolicies = new PrincipalPolicies(identity);
    this.users = new Users(identity, new Identifiers(options.random()), options.clock());
    this.groups = new Groups(identity, new Identifiers(options.random()), options.clock());
    this.roles = new Roles(identity, options);
    this.instanceProfiles = new InstanceProfiles(identity, options);
    this.denials = new Denials(database);
    this.customerPolicies = new CustomerPolicies(identity, new Identifiers(options.random()));
    this.policyEntities = new PolicyEntities(identity);
    this.accountDetails = new AccountDetails(database);
    this.accountAliases = new AccountAliases(database);
    this.documents = new Documents(database);
    this.documentShares = new DocumentShares(database);
    this.audit = new AuditLog(database);
  }

  /**
   * Opens the database, makes it at the first start, and brings an older schema up to date.
   *
   * @throws StoreException with one clear line: a newer schema, another master key, a damaged file,
   *     a full disk
   */
  public static Store open(StoreOptions options) {
    Database database = Database.open(options.database());
    try {
      Identifiers identifiers = new Identifiers(options.random());
      Identity identity = new Identity(database);
      AccessKeys accessKeys =
          new AccessKeys(identity, options.masterKey(), options.clock(), identifiers);
      FirstStart firstStart = new FirstStart(options, accessKeys, identifiers);
      database.write(firstStart::run);
      Store store = new Store(database, identity, options, accessKeys);
      store.startExpiry();
      return store;
    } catch (RuntimeException failure) {
      database.close();
      throw failure;
    }
  }

  public Nodes nodes() {
    return nodes;
  }

  public Activations activations() {
    return activations;
  }

  public Sessions sessions() {
    return sessions;
  }

  public Tokens tokens() {
    return tokens;
  }

  public AccessKeys accessKeys() {
    return accessKeys;
  }

  public UserKeys userKeys() {
    return userKeys;
  }

  public KeyUses keyUses() {
    return keyUses;
  }

  public MfaDevices mfaDevices() {
    return mfaDevices;
  }

  Identity identity() {
    return identity;
  }

  public Grants grants() {
    return grants;
  }

  public RoleTrusts roleTrusts() {
    return roleTrusts;
  }

  public OidcProviders oidcProviders() {
    return oidcProviders;
  }

  public MfaCodes mfaCodes() {
    return mfaCodes;
  }

  public Denials denials() {
    return denials;
  }

  public PrincipalPolicies principalPolicies() {
    return principalPolicies;
  }

  public Users users() {
    return users;
  }

  public Groups groups() {
    return groups;
  }

  public Roles roles() {
    return roles;
  }

  public InstanceProfiles instanceProfiles() {
    return instanceProfiles;
  }

  public CustomerPolicies customerPolicies() {
    return customerPolicies;
  }

  public PolicyEntities policyEntities() {
    return policyEntities;
  }

  public AccountDetails accountDetails() {
    return accountDetails;
  }

  public AccountAliases accountAliases() {
    return accountAliases;
  }

  /** Grows whenever something changed that decisions depend on, since this process began. */
  public long identityVersion() {
    return identity.version();
  }

  /** Restores the user {@link #ADMINISTRATOR}; the answer is its one key, a new one. */
  public AccessKeyRecord recoverAdministrator() {
    return identity.write(handle ->
        AdministratorRecovery.run(
            handle, accessKeys, new Identifiers(options.random()), options.clock().instant()));
  }

  /** The time by which keys expire. */
  public InstantSource clock() {
    return options.clock();
  }

  /**
   * A secret of 32 bytes for one purpose, the same until the master key changes. See {@link
   * MasterKey#derive}.
   */
  public byte[] secret(String purpose) {
    return options.masterKey().derive(purpose);
  }

  public Documents documents() {
    return documents;
  }

  public DocumentShares documentShares() {
    return documentShares;
  }

  public AuditLog audit() {
    return audit;
  }

  private void startExpiry() {
    long seconds = EXPIRY_INTERVAL.toSeconds();
    var _ = expiry.scheduleWithFixedDelay(this::tryExpire, seconds, seconds, TimeUnit.SECONDS);
    seconds = KEY_USE_INTERVAL.toSeconds();
    var _ = expiry.scheduleWithFixedDelay(this::tryFlush, seconds, seconds, TimeUnit.SECONDS);
  }

  private void tryFlush() {
    try {
      keyUses.flush();
    } catch (RuntimeException failure) {
      LOG.warn("could not write when keys were used: {}", failure.getMessage());
    }
  }

  private void tryExpire() {
    try {
      expire();
    } catch (RuntimeException failure) {
      // The next round tries again; nothing that is over is accepted meanwhile.
      LOG.warn("could not forget what is over: {}", failure.getMessage());
    }
  }

  /** Forgets sessions beyond the history, and tokens and temporary keys that are over. */
  public void expire() {
    Instant now = options.clock().instant();
    repeat(() -> sessions.expireHistory(now.minus(options.historyKept()), EXPIRY_BATCH_MAX));
    repeat(() -> tokens.purge(now, EXPIRY_BATCH_MAX));
    repeat(() -> denials.purge(now.minus(DENIALS_KEPT), Denials.KEPT_MAX, EXPIRY_BATCH_MAX));
    repeat(() -> accessKeys.purge(now.minus(EXPIRED_KEY_KEPT), EXPIRY_BATCH_MAX));
  }

  private static void repeat(IntSupplier batch) {
    while (batch.getAsInt() == EXPIRY_BATCH_MAX) {
      // The next batch is a transaction of its own.
    }
  }

  /** Finishes the writes that were begun. Idempotent. */
  @Override
  public void close() {
    expiry.shutdownNow();
    tryFlush();
    database.close();
  }
}
