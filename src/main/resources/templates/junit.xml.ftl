<#ftl output_format="XML">
<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
<#list suites as suite>
<testsuite name="kernelweave compare ${suite.candidate}" package="${suite.job}" id="${suite.id}" timestamp="${suite.timestamp}" hostname="localhost" tests="${suite.cases?size}" failures="${suite.failures}" errors="${suite.errors}" skipped="${suite.skipped}" time="0">
<properties>
<property name="baseline" value="${suite.baseline}"/>
<property name="candidate" value="${suite.candidate}"/>
<property name="verdict" value="${suite.verdict}"/>
</properties>
<#list suite.cases as each>
<testcase name="${each.name}" classname="${each.group}" time="0"<#if each.verdict == "PASS" || each.verdict == "IDENTICAL">/>
<#elseif each.verdict == "INCONCLUSIVE">>
<skipped message="${each.says}"/>
</testcase>
<#elseif each.verdict == "INVALID">>
<error message="${each.says}" type="INVALID">${each.says}</error>
</testcase>
<#else>>
<failure message="${each.says}" type="FAIL">${each.says}</failure>
</testcase>
</#if>
</#list>
<system-out><#list suite.cases as each>${each.verdict} ${each.group} ${each.name}: ${each.says}
</#list></system-out>
<system-err></system-err>
</testsuite>
</#list>
</testsuites>
