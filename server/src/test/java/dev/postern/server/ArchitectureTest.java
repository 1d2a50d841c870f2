package dev.postern.server;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Permit;
import dev.postern.server.access.Question;
import dev.postern.server.access.policy.RequestContext;
import java.util.Arrays;

/** The directions inside the server: an API call one way, bytes another, never across. */
@AnalyzeClasses(
    packages = "dev.postern.server",
    importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String ROOT = "dev.postern.server";
  private static final String OURS = ROOT + "..";
  private static final String LISTENER = ROOT + ".listener..";
  private static final String EDGE = ROOT + ".edge..";
  private static final String SHAPE = ROOT + ".shape..";
  private static final String ACCESS = ROOT + ".access..";
  private static final String POLICY = ROOT + ".access.policy..";
  private static final String SERVICE = ROOT + ".service";
  private static final String SERVICES = ROOT + ".service..";
  private static final String SESSION = ROOT + ".session..";
  private static final String STORE = ROOT + ".store..";
  private static final String BUS = ROOT + ".bus..";

  @ArchTest static final ArchRule listenerUsesNothingOfOurs = mayUse(LISTENER);

  @ArchTest static final ArchRule storeUsesNothingOfOurs = mayUse(STORE);

  @ArchTest static final ArchRule busUsesNothingOfOurs = mayUse(BUS);

  @ArchTest static final ArchRule accessReadsTheStore = mayUse(ACCESS, STORE);

  @ArchTest static final ArchRule policiesUseNothingOfOurs = mayUse(POLICY);

  @ArchTest static final ArchRule shapeKnowsCodecsOnly = mayUse(SHAPE, SERVICE);

  @ArchTest
  static final ArchRule servicesKnowNothingAboveThem = mayUse(SERVICES, ACCESS, STORE, BUS, SHAPE);

  @ArchTest
  static final ArchRule edgeLeavesSessionsAlone =
      mayUse(EDGE, LISTENER, ACCESS, SERVICES, SHAPE, STORE, BUS);

  @ArchTest
  static final ArchRule sessionsKnowNothingOfTheApi = mayUse(SESSION, LISTENER, STORE, BUS);

  @ArchTest
  static final ArchRule nothingUsesTheRoot =
      noClasses()
          .that(resideInAPackage(OURS).and(not(resideInAPackage(ROOT))))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT);

  @ArchTest
  static final ArchRule servicesStayApart =
      slices()
          .matching(ROOT + ".service.(*)..")
          .should()
          .notDependOnEachOther()
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule noCycles = slices().matching(ROOT + ".(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule onlyTheListenerTouchesNetty =
      noClasses()
          .that(resideInAPackage(OURS).and(not(resideInAPackage(LISTENER))))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netty..");

  @ArchTest
  static final ArchRule onlyTheStoreTouchesSql =
      noClasses()
          .that(resideInAPackage(OURS).and(not(resideInAPackage(STORE))))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.sql..",
              "javax.sql..",
              "org.jdbi..",
              "org.sqlite..",
              "org.flywaydb..",
              "com.zaxxer..");

  @ArchTest
  static final ArchRule permitsAreMadeInAccessOnly =
      noClasses()
          .that()
          .resideOutsideOfPackage(ACCESS)
          .should()
          .callConstructor(Permit.class, Caller.class, Question.class, RequestContext.class);

  @ArchTest
  static final ArchRule permitsCannotBeMadeOutside =
      constructors()
          .that()
          .areDeclaredIn(Permit.class)
          .should()
          .bePackagePrivate()
          .orShould()
          .bePrivate();

  /** Of our own packages, classes of the first use only itself and the others. */
  private static ArchRule mayUse(String from, String... others) {
    String[] allowed = Arrays.copyOf(others, others.length + 1);
    allowed[others.length] = from;
    return noClasses()
        .that()
        .resideInAPackage(from)
        .should()
        .dependOnClassesThat(resideInAPackage(OURS).and(not(resideInAnyPackage(allowed))))
        .allowEmptyShould(true);
  }
}
