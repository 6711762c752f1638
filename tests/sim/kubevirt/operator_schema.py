# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields that KubeVirt's and CDI's own objects know, in the notation of schema.py."""

from __future__ import annotations

KUBEVIRT = """
{certificateRotateStrategy{selfSigned*} configuration{additionalGuestMemoryOverheadRatio
apiConfiguration{restClient{rateLimiter{tokenBucketRateLimiter{burst# qps*}}}}
architectureConfiguration{amd64{emulatedMachines[] machineType ovmfPath} arm64{emulatedMachines[] machineType
ovmfPath} defaultArchitecture ppc64le{emulatedMachines[] machineType ovmfPath}} autoCPULimitNamespaceLabelSelector*
commonInstancetypesDeployment{enabled?} controllerConfiguration{restClient{rateLimiter{tokenBucketRateLimiter{burst#
qps*}}}} cpuModel cpuRequest% defaultRuntimeClass developerConfiguration{cpuAllocationRatio#
diskVerification{memoryLimit%} featureGates[] logVerbosity{nodeVerbosity* virtAPI# virtController# virtHandler#
virtLauncher# virtOperator#} memoryOvercommit# minimumClusterTSCFrequency# minimumReservePVCBytes# nodeSelectors*
pvcTolerateLessSpaceUpToPercent# useEmulation?} emulatedMachines[] evictionStrategy
handlerConfiguration{restClient{rateLimiter{tokenBucketRateLimiter{burst# qps*}}}} imagePullPolicy
instancetype{referencePolicy} ksmConfiguration{nodeLabelSelector*} liveUpdateConfiguration{maxCpuSockets# maxGuest%
maxHotplugRatio#} machineType mediatedDevicesConfiguration{mediatedDeviceTypes[] mediatedDevicesTypes[]
nodeMediatedDeviceTypes[{mediatedDeviceTypes[] mediatedDevicesTypes[] nodeSelector*}]} memBalloonStatsPeriod#
migrations{allowAutoConverge? allowPostCopy? bandwidthPerMigration% completionTimeoutPerGiB# disableTLS?
matchSELinuxLevelOnMigration? network nodeDrainTaintKey parallelMigrationsPerCluster#
parallelOutboundMigrationsPerNode# progressTimeout# unsafeMigrationOverride?} minCPUModel network{binding*
defaultNetworkInterface permitBridgeInterfaceOnPodNetwork? permitSlirpInterface?} obsoleteCPUModels* ovmfPath
permittedHostDevices{mediatedDevices[{externalResourceProvider? mdevNameSelector resourceName}]
pciHostDevices[{externalResourceProvider? pciVendorSelector resourceName}] usb[{externalResourceProvider? resourceName
selectors[{product vendor}]}]} seccompConfiguration{virtualMachineInstanceProfile{customProfile{localhostProfile
runtimeDefaultProfile?}}} selinuxLauncherType smbios{family manufacturer product sku version}
supportContainerResources[{resources* type}] supportedGuestAgentVersions[] tlsConfiguration{ciphers[] minTLSVersion}
virtualMachineInstancesPerNode# virtualMachineOptions{disableFreePageReporting* disableSerialConsoleLog*}
vmRolloutStrategy vmStateStorageClass webhookConfiguration{restClient{rateLimiter{tokenBucketRateLimiter{burst#
qps*}}}}} customizeComponents* imagePullPolicy imagePullSecrets[{name}] imageRegistry imageTag infra{nodePlacement*
replicas#} monitorAccount monitorNamespace productComponent productName productVersion serviceMonitorNamespace
uninstallStrategy workloadUpdateStrategy{batchEvictionInterval batchEvictionSize# workloadUpdateMethods[]}
workloads{nodePlacement* replicas#}}
"""
# where 1.8 added fields
KUBEVIRT_SINCE_1_8 = {
    "spec": "synchronizationPort",
    "spec.configuration": "changedBlockTrackingLabelSelectors* hypervisors[{name}] roleAggregationStrategy "
    "virtTemplateDeployment{enabled?}",
    "spec.configuration.architectureConfiguration": "s390x{emulatedMachines[] machineType ovmfPath}",
    "spec.configuration.developerConfiguration": "clusterProfiler? disabledFeatureGates[]",
    "spec.configuration.developerConfiguration.logVerbosity": "virtSynchronizationController#",
    "spec.configuration.mediatedDevicesConfiguration": "enabled?",
    "spec.configuration.migrations": "allowWorkloadDisruption? utilityVolumesTimeout#",
}

CDI = """
{certConfig* cloneStrategyOverride config{dataVolumeTTLSeconds# featureGates[] filesystemOverhead{global
storageClass*} imagePullSecrets[{name}] importProxy{HTTPProxy HTTPSProxy noProxy trustedCAProxy} insecureRegistries[]
logVerbosity# podResourceRequirements* preallocation? scratchSpaceStorageClass tlsSecurityProfile*
uploadProxyURLOverride} customizeComponents* imagePullPolicy infra* priorityClass uninstallStrategy workload*}
"""

PROFILE = "{claimPropertySets[{accessModes[] volumeMode}] cloneStrategy dataImportCronSourceFormat snapshotClass}"
