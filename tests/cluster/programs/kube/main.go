// Copyright (c) 2026, the vmo.core authors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Command kube holds one Kubernetes control plane: etcd, kube-apiserver, kube-controller-manager,
// kube-scheduler and kubectl. The part is chosen by the name of the program (a link named kubectl)
// or else by the first argument.
package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/component-base/cli"
	kubectl "k8s.io/kubectl/pkg/cmd"
	cmdutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	manager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

func main() {
	name := filepath.Base(os.Args[0])
	if name == "kube" {
		if len(os.Args) < 2 {
			usage()
		}
		name = os.Args[1]
		os.Args = os.Args[1:]
	}
	switch name {
	case "etcd":
		etcd(os.Args[1:])
	case "kube-apiserver":
		os.Exit(cli.Run(apiserver.NewAPIServerCommand()))
	case "kube-controller-manager":
		os.Exit(cli.Run(manager.NewControllerManagerCommand()))
	case "kube-scheduler":
		os.Exit(cli.Run(scheduler.NewSchedulerCommand()))
	case "kubectl":
		if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
			cmdutil.CheckErr(err)
		}
	default:
		usage()
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: kube etcd DIR CLIENT-URL PEER-URL | kube-apiserver | kube-controller-manager | kube-scheduler | kubectl ...")
	os.Exit(2)
}

// etcd runs one member without fsync: the data are thrown away with the lab.
func etcd(args []string) {
	if len(args) != 3 {
		usage()
	}
	client, err := url.Parse(args[1])
	if err != nil {
		fail(err)
	}
	peer, err := url.Parse(args[2])
	if err != nil {
		fail(err)
	}
	c := embed.NewConfig()
	c.Dir = args[0]
	c.LogLevel = "warn"
	c.ListenClientUrls, c.AdvertiseClientUrls = []url.URL{*client}, []url.URL{*client}
	c.ListenPeerUrls, c.AdvertisePeerUrls = []url.URL{*peer}, []url.URL{*peer}
	c.InitialCluster = c.InitialClusterFromName(c.Name)
	c.UnsafeNoFsync = true
	c.QuotaBackendBytes = 4 << 30
	e, err := embed.StartEtcd(c)
	if err != nil {
		fail(err)
	}
	<-e.Server.ReadyNotify()
	fmt.Println("ready")
	fail(<-e.Err())
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
