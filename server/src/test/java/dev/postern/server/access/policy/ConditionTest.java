package dev.postern.server.access.policy;

import static dev.postern.server.access.policy.Samples.allows;
import static dev.postern.server.access.policy.Samples.set;
import static dev.postern.server.access.policy.Samples.startSession;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConditionTest {
  private static final String KEY = "x:key";

  /** In the columns of values a bar parts several, and a dash stands for none. */
  private static boolean holds(String operator, String wanted, String had) {
    String values = "['" + String.join("','", wanted.split("\\|", -1)) + "']";
    String condition =
        "{'" + operator + "':{'" + KEY + "':" + (wanted.equals("-") ? "[]" : values) + "}}";
    return holds(condition, had.equals("-") ? Map.of() : Map.of(KEY, List.of(had.split("\\|"))));
  }

  private static boolean holds(String condition, Map<String, List<String>> context) {
    return allows(
        set("{'Effect':'Allow','Action':'*','Resource':'*','Condition':" + condition + "}"),
        startSession(context));
  }

  @ParameterizedTest
  @CsvSource({
    "StringEquals, a, a, true",
    "StringEquals, a, A, false",
    "StringEquals, a*, abc, false",
    "StringEquals, a|b, b, true",
    "StringEquals, a, -, false",
    "StringEquals, -, a, false",
    "StringNotEquals, a|b, b, false",
    "StringNotEquals, a|b, c, true",
    "StringNotEquals, a, -, true",
    "StringNotEquals, a, b|a, false",
    "StringEqualsIgnoreCase, aBc, AbC, true",
    "StringEqualsIgnoreCase, aBc, abcd, false",
    "StringNotEqualsIgnoreCase, aBc, AbC, false",
    "StringLike, a*c?, abbcd, true",
    "StringLike, a*c?, abbc, false",
    "StringLike, A*, abc, false",
    "StringNotLike, a*, abc, false",
    "StringNotLike, a*, bc, true",
    "stringlike, a*, abc, true",
  })
  void stringsCompare(String operator, String wanted, String had, boolean expected) {
    assertThat(holds(operator, wanted, had)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "NumericEquals, 10, 10.0, true",
    "NumericEquals, 10, 9, false",
    "NumericNotEquals, 10, 9, true",
    "NumericNotEquals, 10, 10, false",
    "NumericNotEquals, 10, ten, false",
    "NumericNotEquals, ten, 10, false",
    "NumericNotEquals, 10, -, true",
    "NumericLessThan, 10, 9, true",
    "NumericLessThan, 10, 10, false",
    "NumericLessThanEquals, 10, 10, true",
    "NumericGreaterThan, 10, 10, false",
    "NumericGreaterThan, 10, 100, true",
    "NumericGreaterThanEquals, 10, 10, true",
    "NumericGreaterThanEquals, 10, 1e999999999, false",
    "NumericEquals, ten, 10, false",
  })
  void numbersCompare(String operator, String wanted, String had, boolean expected) {
    assertThat(holds(operator, wanted, had)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "DateEquals, 2026-01-01T00:00:00Z, 1767225600, true",
    "DateEquals, 2026-01-01T01:00:00+01:00, 2026-01-01, true",
    "DateNotEquals, 2026-01-01T00:00:00Z, 2026-01-01T00:00:01Z, true",
    "DateNotEquals, 2026-01-01T00:00:00Z, yesterday, false",
    "DateLessThan, 2026-01-02T00:00:00Z, 2026-01-01T23:59:59.9Z, true",
    "DateLessThan, 2026-01-02T00:00:00Z, 2026-01-02T00:00:00Z, false",
    "DateLessThanEquals, 2026-01-02T00:00:00Z, 2026-01-02T00:00:00Z, true",
    "DateGreaterThan, 1767225600, 2026-01-01T00:00:01Z, true",
    "DateGreaterThanEquals, 1767225600, 2026-01-01T00:00:00Z, true",
    "DateGreaterThan, soon, 2026-01-01T00:00:01Z, false",
  })
  void datesCompare(String operator, String wanted, String had, boolean expected) {
    assertThat(holds(operator, wanted, had)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "Bool, true, TRUE, true",
    "Bool, false, true, false",
    "Bool, true, yes, false",
    "Bool, false, -, false",
    "BoolIfExists, false, -, true",
    "BinaryEquals, AQI=, AQI=, true",
    "BinaryEquals, AQI=, AQM=, false",
    "BinaryEquals, AQI=, %%%, false",
    "Null, true, -, true",
    "Null, true, a, false",
    "Null, false, a, true",
    "Null, false, -, false",
  })
  void truthBytesAndPresenceCompare(String operator, String wanted, String had, boolean expected) {
    assertThat(holds(operator, wanted, had)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "IpAddress, 203.0.113.0/24, 203.0.113.255, true",
    "IpAddress, 203.0.113.0/24, 203.0.114.0, false",
    "IpAddress, 203.0.113.0/25, 203.0.113.128, false",
    "IpAddress, 203.0.113.7, 203.0.113.7, true",
    "IpAddress, 0.0.0.0/0, 198.51.100.1, true",
    "IpAddress, 0.0.0.0/0, ::1, false",
    "IpAddress, 203.0.113.0/24, ::ffff:203.0.113.9, true",
    "IpAddress, 2001:db8::/32, 2001:db8:1:2:3:4:5:6, true",
    "IpAddress, 2001:db8::/33, 2001:db8:8000::, false",
    "IpAddress, 2001:DB8::1, 2001:db8:0:0:0:0:0:1, true",
    "IpAddress, ::/0, fe80::1, true",
    "IpAddress, 203.0.113.0/33, 203.0.113.1, false",
    "IpAddress, 203.0.113, 203.0.113.0, false",
    "IpAddress, 0.0.0.0/0, localhost, false",
    "IpAddress, 1::2::3, 1::2:3, false",
    "NotIpAddress, 203.0.113.0/24, 203.0.113.1, false",
    "NotIpAddress, 203.0.113.0/24, 198.51.100.1, true",
    "NotIpAddress, 203.0.113.0/24, nonsense, true",
    "NotIpAddress, 203.0.113.0/24, -, true",
  })
  void addressesCompare(String operator, String wanted, String had, boolean expected) {
    assertThat(holds(operator, wanted, had)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "ArnEquals, arn:aws:iam::1:role/O*, arn:aws:iam::1:role/Ops, true",
    "ArnLike, arn:aws:iam::*:role/Ops, arn:aws:iam::1:role/Ops, true",
    "ArnLike, arn:aws:*:role/Ops, arn:aws:iam::1:role/Ops, false",
    "ArnLike, arn:aws:iam::*:role/ops, arn:aws:iam::1:role/Ops, false",
    "ArnLike, *, arn:aws:iam::1:role/Ops, true",
    "ArnLike, arn:aws:iam::*:role/*, Ops, false",
    "ArnNotEquals, arn:aws:iam::1:role/O*, arn:aws:iam::1:role/Ops, false",
    "ArnNotLike, arn:aws:iam::2:*, arn:aws:iam::1:role/Ops, true",
    "ArnNotLike, arn:aws:iam::2:*, -, true",
  })
  void arnsCompare(String operator, String wanted, String had, boolean expected) {
    assertThat(holds(operator, wanted, had)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "ForAllValues:StringEquals, a|b, a|b, true",
    "ForAllValues:StringEquals, a|b, a|c, false",
    "ForAllValues:StringEquals, a, -, true",
    "ForAllValues:StringNotEquals, a|b, c|d, true",
    "ForAllValues:StringNotEquals, a|b, a|c, false",
    "ForAnyValue:StringLike, a*, b|ab, true",
    "ForAnyValue:StringLike, a*, b|c, false",
    "ForAnyValue:StringLike, a*, -, false",
    "ForAnyValue:StringNotEquals, a, a|b, true",
    "ForAnyValue:StringNotEquals, a, a, false",
    "ForAnyValue:StringNotEquals, a, -, false",
    "ForAnyValue:StringEqualsIfExists, a, -, true",
    "StringEqualsIfExists, a, -, true",
    "StringEqualsIfExists, a, b, false",
    "StringNotEqualsIfExists, a, a, false",
    "NumericLessThanIfExists, 1, -, true",
  })
  void setsAndAbsenceFollowTheQualifier(
      String operator, String wanted, String had, boolean expected) {
    assertThat(holds(operator, wanted, had)).isEqualTo(expected);
  }

  @Test
  void emptyTextIsAValue() {
    assertThat(holds("{'Null':{'x:key':'false'}}", Map.of(KEY, List.of("")))).isTrue();
  }

  @Test
  void numbersAndTruthInJsonCountAsText() {
    assertThat(holds("{'NumericEquals':{'x:key':10}}", Map.of(KEY, List.of("10")))).isTrue();
    assertThat(holds("{'Bool':{'x:key':[true]}}", Map.of(KEY, List.of("true")))).isTrue();
  }

  @Test
  void tagKeysCompareWithoutCase() {
    assertThat(
            holds(
                "{'StringEquals':{'aws:PrincipalTag/TEAM':'blue'}}",
                Map.of("aws:principaltag/team", List.of("blue"))))
        .isTrue();
  }
}
